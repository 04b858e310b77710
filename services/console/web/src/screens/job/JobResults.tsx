import { useInfiniteQuery } from "@tanstack/react-query";
import { goesOn, type JobIds, resultsQuery, type WhichResults } from "@/api/jobs";
import type { Job } from "@/api/types";
import { Button } from "@/parts/Button";
import { ErrorState } from "@/parts/ErrorState";
import { Section } from "@/parts/Section";
import { Select } from "@/parts/Select";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { FailureCounts, nameOf } from "./FailureCounts";
import styles from "./JobResults.module.css";
import { ResultTable } from "./ResultTable";
import { jobRoute } from "./route";

/** What a job said of its files: the failures with their reasons, or everything. */
export function JobResults({ ids, job }: { readonly ids: JobIds; readonly job: Job }) {
  const words = useWords();
  const { results: text } = words.jobs;
  const { files = "failed" } = jobRoute.useSearch();
  const navigate = jobRoute.useNavigate();
  const results = useInfiniteQuery({
    ...resultsQuery(ids, files),
    // Who reads further down is not disturbed.
    refetchInterval: ({ state: { data } }) => (goesOn(job) && (data?.pages.length ?? 0) <= 1 ? 5_000 : false),
  });
  const shown = results.data?.pages.flatMap((page) => page.results ?? []) ?? [];
  return (
    <Section
      title={text.title}
      actions={
        <Select<WhichResults>
          label={text.which}
          value={files}
          onValue={(next) =>
            void navigate({
              search: ({ files: _, ...others }) => (next === "failed" ? others : { ...others, files: next }),
              replace: true,
            })
          }
          choices={[
            { value: "failed", label: text.failed },
            { value: "all", label: text.all },
            ...(files === "failed" || files === "all" ? [] : [{ value: files, label: nameOf(files) }]),
          ]}
        />
      }
    >
      <FailureCounts ids={ids} job={job} />
      {results.isPending && <Skeleton lines={3} />}
      {results.isError && <ErrorState error={results.error} onRetry={() => void results.refetch()} />}
      {results.isSuccess && shown.length === 0 && (
        <p className={styles["quiet"]}>
          {files === "all" ? text.noResults : files === "failed" ? text.noFailures : text.noneOfReason}
        </p>
      )}
      {shown.length > 0 && <ResultTable results={shown} />}
      {results.hasNextPage && (
        <div>
          <Button busy={results.isFetchingNextPage} onClick={() => void results.fetchNextPage()}>
            {words.frame.loadMore}
          </Button>
        </div>
      )}
    </Section>
  );
}
