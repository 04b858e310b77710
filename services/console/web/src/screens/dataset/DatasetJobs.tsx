import type { DatasetIds } from "@/api/names";
import { JobTable } from "@/jobs/JobTable";
import { ButtonLink } from "@/parts/ButtonLink";
import { ErrorState } from "@/parts/ErrorState";
import { Section } from "@/parts/Section";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import styles from "./Dataset.module.css";
import { jobsIn, useDatasetJobs } from "./freshness";

const shown = 8;

/** The newest jobs of a dataset. */
export function DatasetJobs({ ids }: { readonly ids: DatasetIds }) {
  const { jobs: words, dataset } = useWords();
  const jobs = useDatasetJobs(ids);
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
      {newest.length > 0 && <JobTable jobs={newest} ofOneDataset />}
    </Section>
  );
}
