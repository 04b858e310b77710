import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { jobIds, jobKind } from "@/api/jobs";
import { idIn, idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { JobState } from "./JobState";
import { JobStep } from "./JobStep";

const column = columnsOf<Job>();

interface Props {
  readonly jobs: readonly Job[];
  /** They are all of one dataset, which is named elsewhere. */
  readonly ofOneDataset?: boolean;
}

/** Jobs with how far each is; a job and its dataset are a click away. */
export function JobTable({ jobs, ofOneDataset = false }: Props) {
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
        ...(ofOneDataset
          ? []
          : [
              column.accessor((job) => idIn(job.version, "datasets"), {
                id: "dataset",
                header: words.columns.dataset,
                cell: ({ row, getValue }) => (
                  <>
                    <Link to="/datasets/$dataset" params={{ dataset: getValue() }}>
                      {getValue()}
                    </Link>{" "}
                    {idIn(row.original.version, "versions")}
                  </>
                ),
              }),
            ]),
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
    [words, format, ofOneDataset],
  );
  return <Table label={words.title} columns={columns} rows={jobs} idOf={(job) => job.name ?? ""} />;
}
