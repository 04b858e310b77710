import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { datasetsQuery } from "@/api/datasets";
import { idOf } from "@/api/names";
import { useSession } from "@/app/session";
import { ErrorNote } from "@/parts/ErrorNote";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import styles from "./ConnectionUse.module.css";

/** What lies on a connection. */
export function ConnectionUse({ name }: { readonly name: string }) {
  const words = useWords().connections.use;
  const { workspace } = useSession();
  const datasets = useQuery(datasetsQuery(workspace));
  const using = datasets.data?.filter(({ storageConnection }) => storageConnection === name) ?? [];
  return (
    <Section title={words.title}>
      {datasets.isPending && <Skeleton lines={2} />}
      {datasets.isError && <ErrorNote error={datasets.error} />}
      {datasets.isSuccess && (
        <>
          <p>{using.length === 0 ? words.none : words.datasets(using.length)}</p>
          {using.length > 0 && (
            <ul className={styles["datasets"]}>
              {using.map((dataset) => (
                <li key={dataset.name}>
                  <Link to="/datasets/$dataset" params={{ dataset: idOf(dataset.name) }}>
                    {dataset.displayName || idOf(dataset.name)}
                  </Link>
                </li>
              ))}
            </ul>
          )}
          <p className={styles["others"]}>{words.others}</p>
        </>
      )}
    </Section>
  );
}
