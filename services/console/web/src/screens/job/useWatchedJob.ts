import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { goesOn, type JobIds, jobQuery, watchJob } from "@/api/jobs";
import { readThrough } from "@/api/reconnect";
import type { Job } from "@/api/types";

/** A job as it is, kept up to date by its stream until it has ended. */
export function useWatchedJob({ workspace, job }: JobIds): {
  readonly query: UseQueryResult<Job>;
  /** The stream broke off, and it is tried again. */
  readonly broken: boolean;
} {
  const queries = useQueryClient();
  const query = useQuery(jobQuery({ workspace, job }));
  const [broken, setBroken] = useState(false);
  const follows = query.data !== undefined && goesOn(query.data);

  useEffect(() => {
    if (!follows) return;
    const ids = { workspace, job };
    const { queryKey } = jobQuery(ids);
    const watching = new AbortController();
    const read = async (signal: AbortSignal) => {
      for await (const seen of watchJob(ids, signal)) {
        setBroken(false);
        queries.setQueryData(queryKey, seen);
      }
    };
    readThrough({ read, signal: watching.signal, onBreak: () => setBroken(true) })
      // What the stream is refused for, the query tells with its next answer.
      .catch(() => queries.invalidateQueries({ queryKey }))
      .finally(() => setBroken(false));
    return () => watching.abort();
  }, [queries, workspace, job, follows]);

  return { query, broken };
}
