import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { idIn } from "@/api/names";
import type { JobResult } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { columnsOf, Table } from "@/parts/Table";
import { useWords } from "@/words/words";
import { nameOf } from "./FailureCounts";
import styles from "./JobResults.module.css";

const column = columnsOf<JobResult>();

export function ResultTable({ results }: { readonly results: readonly JobResult[] }) {
  const words = useWords().jobs.results;
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor("path", {
          header: words.path,
          cell: ({ row, getValue }) => (
            <Link to="/datasets/$dataset/versions/$version/files/$file" params={fileIds(row.original.file)}>
              <code>{getValue()}</code>
            </Link>
          ),
        }),
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

function fileIds(name: string | undefined) {
  return { dataset: idIn(name, "datasets"), version: idIn(name, "versions"), file: idIn(name, "files") };
}

function Outcome({ result }: { readonly result: JobResult }) {
  const words = useWords().jobs.results;
  if (result.done !== true) {
    return (
      <span className={styles["reason"]}>
        <code>{nameOf(result.reason)}</code> {result.message}
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
