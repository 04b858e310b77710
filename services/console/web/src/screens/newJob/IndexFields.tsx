import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { versionQuery } from "@/api/datasets";
import { indexSetQuery } from "@/api/indexSets";
import { useSession } from "@/app/session";
import { ErrorNote } from "@/parts/ErrorNote";
import { useWords } from "@/words/words";
import type { FieldsProps } from "./fields";

/** Which index set an indexing job fills: that of the version. */
export function IndexFields({ draft }: FieldsProps) {
  const { form } = useWords().jobs;
  const { workspace } = useSession();
  const version = useQuery({
    ...versionQuery({ workspace, dataset: draft.dataset, version: draft.version }),
    enabled: draft.dataset !== "",
  });
  const name = version.data?.indexSet ?? "";
  const indexSet = useQuery({ ...indexSetQuery(name), enabled: name !== "" });
  if (version.isError) return <ErrorNote error={version.error} />;
  if (indexSet.isError) return <ErrorNote error={indexSet.error} />;
  if (version.data !== undefined && name === "") {
    return (
      <p>
        {form.noIndexSet}{" "}
        <Link to="/datasets/$dataset" params={{ dataset: draft.dataset }}>
          {form.configure}
        </Link>
      </p>
    );
  }
  return indexSet.data ? <p>{form.indexHelp(indexSet.data.model ?? "", indexSet.data.table ?? "")}</p> : null;
}
