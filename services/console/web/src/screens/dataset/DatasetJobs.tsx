import { useMemo } from "react";
import { jobKind } from "@/api/jobs";
import type { DatasetIds } from "@/api/names";
import type { Job } from "@/api/types";
import { ErrorState } from "@/parts/ErrorState";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";
import { jobsIn, useDatasetJobs } from "./freshness";
import { JobState } from "./JobState";
import { JobStep } from "./JobStep";

const shown = 8;
const column = columnsOf<Job>();

/** The newest jobs of a dataset. */
export function DatasetJobs({ ids }: { readonly ids: DatasetIds }) {
  const words = useWords().dataset.jobs;
  const format = useFormat();
  const jobs = useDatasetJobs(ids);
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((job) => words.kinds[jobKind(job) ?? "other"], { id: "kind", header: words.kind }),
        column.accessor("state", {
          header: words.state,
          cell: ({ row }) => <JobState job={row.original} />,
          meta: { narrow: true },
        }),
        column.display({ id: "progress", header: words.progress, cell: ({ row }) => <JobStep job={row.original} /> }),
        column.accessor("createTime", {
          header: words.started,
          cell: ({ getValue }) => <span title={format.time(getValue())}>{format.fromNow(getValue())}</span>,
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  const newest = jobsIn(jobs.data).slice(0, shown);
  return (
    <Section title={words.title} lead={words.lead}>
      {jobs.isPending && <Skeleton lines={3} />}
      {jobs.isError && <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && newest.length === 0 && <p className={styles["quiet"]}>{words.empty}</p>}
      {newest.length > 0 && (
        <Table label={words.title} columns={columns} rows={newest} idOf={(job) => job.name ?? ""} />
      )}
    </Section>
  );
}
