import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { jobKind } from "@/api/jobs";
import { type DatasetIds, idOf } from "@/api/names";
import type { Job } from "@/api/types";
import { ButtonLink } from "@/parts/ButtonLink";
import { ErrorState } from "@/parts/ErrorState";
import { JobState } from "@/parts/JobState";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords, type Words } from "@/words/words";
import styles from "./Dataset.module.css";
import { jobsIn, useDatasetJobs } from "./freshness";
import { JobStep } from "./JobStep";

const shown = 8;
const column = columnsOf<Job>();

/** The newest jobs of a dataset. */
export function DatasetJobs({ ids }: { readonly ids: DatasetIds }) {
  const { jobs: words, dataset } = useWords();
  const format = useFormat();
  const jobs = useDatasetJobs(ids);
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((job) => nameOf(job, words.kinds), {
          id: "kind",
          header: words.columns.kind,
          cell: ({ row, getValue }) => (
            <Link to="/jobs/$job" params={{ job: idOf(row.original.name) }}>
              {getValue()}
            </Link>
          ),
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
  const newest = jobsIn(jobs.data).slice(0, shown);
  return (
    <Section
      title={words.title}
      lead={dataset.jobs.lead}
      actions={
        <ButtonLink size="small" to="/jobs" search={{ dataset: ids.dataset }}>
          {dataset.jobs.all}
        </ButtonLink>
      }
    >
      {jobs.isPending && <Skeleton lines={3} />}
      {jobs.isError && <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && newest.length === 0 && <p className={styles["quiet"]}>{dataset.jobs.empty}</p>}
      {newest.length > 0 && (
        <Table label={words.title} columns={columns} rows={newest} idOf={(job) => job.name ?? ""} />
      )}
    </Section>
  );
}

function nameOf(job: Job, kinds: Words["jobs"]["kinds"]): string {
  const kind = jobKind(job);
  return kind === undefined ? idOf(job.name) : kinds[kind];
}
