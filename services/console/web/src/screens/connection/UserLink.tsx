import { Link } from "@tanstack/react-router";
import { idIn } from "@/api/names";
import { useWords } from "@/words/words";

/** Leads to the dataset, or to that of the index set, that uses a connection; `name` is the user's. */
export function UserLink({ name }: { readonly name: string }) {
  const words = useWords().connections.use;
  const [dataset, version, indexSet] = [idIn(name, "datasets"), idIn(name, "versions"), idIn(name, "indexSets")];
  return (
    <Link to="/datasets/$dataset" params={{ dataset }}>
      {indexSet === "" ? words.dataset(dataset) : words.indexSet(dataset, version, indexSet)}
    </Link>
  );
}
