import { useQueries } from "@tanstack/react-query";
import { connectionKind, connectionsQuery, speaks } from "@/api/connections";
import { indexSetQuery } from "@/api/indexSets";
import { idOf } from "@/api/names";
import type { IndexSet, Version } from "@/api/types";
import { useMay, useSession } from "@/app/session";
import { ErrorState } from "@/parts/ErrorState";
import { Facts } from "@/parts/Facts";
import { Progress } from "@/parts/Progress";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";
import { IndexForm } from "./IndexForm";

/** By which model and in which database the files of a version can be searched by likeness. */
export function IndexConfiguration({ version }: { readonly version: Version }) {
  const words = useWords().dataset.index;
  const { workspace } = useSession();
  const mayEdit = useMay("ROLE_EDITOR");
  const [current, connections] = useQueries({
    queries: [indexSetQuery(version.indexSet ?? ""), connectionsQuery(workspace)],
  });
  const failed = [current, connections].find((query) => query.isError);

  return (
    <Section title={words.title} lead={words.lead}>
      {failed?.error ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : current.data === undefined || connections.data === undefined ? (
        <Skeleton lines={4} />
      ) : (
        <>
          {current.data === null ? (
            <p className={styles["quiet"]}>{words.none}</p>
          ) : (
            <Indexed indexSet={current.data} version={version} />
          )}
          {mayEdit ? (
            <IndexForm
              key={current.data?.name ?? ""}
              version={version}
              current={current.data}
              models={connections.data.filter((one) =>
                speaks(one, "PROTOCOL_DASHSCOPE_EMBEDDING", "PROTOCOL_EAS_EMBEDDING"),
              )}
              databases={connections.data.filter((one) => connectionKind(one) === "pgvector")}
            />
          ) : (
            current.data !== null && <Configured indexSet={current.data} />
          )}
        </>
      )}
    </Section>
  );
}

function Indexed({ indexSet, version }: { readonly indexSet: IndexSet; readonly version: Version }) {
  const words = useWords().dataset.index;
  const format = useFormat();
  const text = words.current(format.number(indexSet.fileCount), format.number(version.fileCount));
  return (
    <div className={styles["indexed"]}>
      <Progress
        label={words.progress}
        value={Number(indexSet.fileCount ?? 0)}
        max={Math.max(Number(version.fileCount ?? 0), 1)}
        text={text}
      />
      <span>{text}</span>
    </div>
  );
}

function Configured({ indexSet }: { readonly indexSet: IndexSet }) {
  const words = useWords().dataset.index;
  return (
    <Facts
      facts={[
        { label: words.modelConnection, value: idOf(indexSet.modelConnection) },
        { label: words.model, value: indexSet.model },
        { label: words.databaseConnection, value: idOf(indexSet.databaseConnection) },
        { label: words.table, value: indexSet.table },
      ]}
    />
  );
}
