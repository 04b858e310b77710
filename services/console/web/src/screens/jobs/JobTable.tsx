import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { jobIds, jobKind } from "@/api/jobs";
import { idIn, idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { JobState } from "@/parts/JobState";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { JobStep } from "./JobStep";

const column = columnsOf<Job>();

export function JobTable({ jobs }: { readonly jobs: readonly Job[] }) {
  const words = useWords().jobs;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((job) => words.name(words.kinds[jobKind(job) ?? "scan"], idOf(job.name)), {
          id: "kind",
          header: words.columns.kind,
          cell: ({ row, getValue }) => (
            <Link to="/jobs/$job" params={jobIds(row.original.name ?? "")}>
              {getValue()}
            </Link>
          ),
          meta: { narrow: true },
        }),
        column.accessor((job) => `${idIn(job.version, "datasets")} ${idIn(job.version, "versions")}`, {
          id: "dataset",
          header: words.columns.dataset,
        }),
        column.accessor("state", {
          header: words.columns.state,
          cell: ({ row }) => <JobState job={row.original} />,
          meta: { narrow: true },
        }),
        column.display({
          id: "progress",
          header: words.columns.progress,
          cell: ({ row }) => <JobStep job={row.original} />,
        }),
        column.accessor("createTime", {
          header: words.columns.created,
          cell: ({ getValue }) => <span title={format.time(getValue())}>{format.fromNow(getValue())}</span>,
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  return <Table label={words.title} columns={columns} rows={jobs} idOf={(job) => job.name ?? ""} />;
}
