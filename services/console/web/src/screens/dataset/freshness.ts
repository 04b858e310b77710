import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { goesOn, jobsQuery } from "@/api/jobs";
import type { DatasetIds } from "@/api/names";
import type { Job } from "@/api/types";

const pollMilliseconds = 2_000;

/** The jobs of a dataset, newest first; asked for again while one of them goes on. */
export function useDatasetJobs({ workspace, dataset }: DatasetIds) {
  return useInfiniteQuery({
    ...jobsQuery(workspace, { dataset }),
    refetchInterval: ({ state }) => (jobsIn(state.data).some(goesOn) ? pollMilliseconds : false),
  });
}

export function jobsIn(
  data: { readonly pages: readonly { readonly jobs?: readonly Job[] }[] } | undefined,
): readonly Job[] {
  return data?.pages.flatMap((page) => page.jobs ?? []) ?? [];
}

/** Asks anew what a dataset holds whenever a job of it has come further. */
export function useFreshAfterJobs(ids: DatasetIds): void {
  const { workspace, dataset } = ids;
  const queries = useQueryClient();
  const jobs = jobsIn(useDatasetJobs(ids).data);
  const state = jobs.map(({ state, progress }) => `${state} ${progress?.done ?? 0}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is what it waits for
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["dataset", workspace, dataset] });
  }, [queries, workspace, dataset, state]);
}
