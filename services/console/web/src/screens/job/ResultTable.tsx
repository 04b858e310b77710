import { useMemo } from "react";
import type { JobResult } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { columnsOf, Table } from "@/parts/Table";
import { useWords } from "@/words/words";
import styles from "./JobResults.module.css";

const column = columnsOf<JobResult>();

export function ResultTable({ results }: { readonly results: readonly JobResult[] }) {
  const words = useWords().jobs.results;
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor("path", { header: words.path, cell: ({ getValue }) => <code>{getValue()}</code> }),
        column.display({
          id: "outcome",
          header: words.outcome,
          cell: ({ row }) => <Outcome result={row.original} />,
        }),
      ]),
    [words],
  );
  return <Table label={words.title} columns={columns} rows={results} idOf={(result) => result.file ?? ""} />;
}

function Outcome({ result }: { readonly result: JobResult }) {
  const words = useWords().jobs.results;
  if (result.done !== true) {
    return (
      <span className={styles["reason"]}>
        <code>{result.reason?.replace(/^ERROR_REASON_/, "")}</code> {result.message}
      </span>
    );
  }
  if (result.tags === undefined) return <span className={styles["quiet"]}>{words.done}</span>;
  return (
    <span className={styles["tags"]}>
      {result.tags.map((tag) => (
        <Chip key={tag}>{tag}</Chip>
      ))}
    </span>
  );
}
