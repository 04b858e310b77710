import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { failuresQuery, goesOn, type JobIds } from "@/api/jobs";
import type { FailureCount, Job } from "@/api/types";
import { present } from "@/app/search";
import { ErrorNote } from "@/parts/ErrorNote";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

const column = columnsOf<FailureCount>();
// While a job goes on they are counted again, which takes the more the more files have failed.
const pollMilliseconds = 10_000;

/** Why files failed and how many of them; a reason leads to its files. */
export function FailureCounts({ ids, job }: { readonly ids: JobIds; readonly job: Job }) {
  const words = useWords().jobs.failures;
  const format = useFormat();
  const failures = useQuery({ ...failuresQuery(ids), refetchInterval: goesOn(job) ? pollMilliseconds : false });
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor("reason", {
          header: words.reason,
          cell: ({ row, getValue }) => (
            <Link
              from="/jobs/$job"
              to="/jobs/$job"
              params={{ job: ids.job }}
              search={(before) => present({ ...before, files: row.original.reason })}
            >
              <code>{nameOf(getValue())}</code>
            </Link>
          ),
          meta: { narrow: true },
        }),
        column.accessor((failure) => Number(failure.fileCount ?? 0), {
          id: "files",
          header: words.files,
          cell: ({ getValue }) => format.number(getValue()),
          meta: { align: "end", narrow: true },
        }),
        column.accessor("message", { header: words.message, enableSorting: false }),
      ]),
    [words, format, ids.job],
  );
  if (failures.isError) return <ErrorNote error={failures.error} />;
  if (failures.data === undefined || failures.data.length === 0) return null;
  return <Table label={words.title} columns={columns} rows={failures.data} idOf={({ reason }) => reason ?? ""} />;
}

/** A reason without the prefix of its enum. */
export function nameOf(reason: string | undefined): string {
  return reason?.replace(/^ERROR_REASON_/, "") ?? "";
}
