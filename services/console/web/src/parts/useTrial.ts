import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { connectionIds, type Trial, testConnection, trialQuery } from "@/api/connections";
import type { Connection } from "@/api/types";

interface Trying {
  /** The last one from this page, if there was one. */
  readonly trial: Trial | undefined;
  /** Why it could not be tried at all. */
  readonly error: Error | null;
  readonly running: boolean;
  /** Try it; `uri` is a bucket or prefix to list. */
  readonly run: (uri: string) => void;
}

/** Tries a connection, and keeps what came of it for every screen that shows it. */
export function useTrial(connection: Connection): Trying {
  const queries = useQueryClient();
  const ids = connectionIds(connection.name ?? "");
  const { queryKey } = trialQuery(ids);
  const { data: trial } = useQuery(trialQuery(ids));
  const mutation = useMutation({
    mutationFn: (uri: string) => testConnection(ids, connection.etag, uri),
    onSuccess: (made) => queries.setQueryData(queryKey, made),
  });
  return { trial, error: mutation.error, running: mutation.isPending, run: mutation.mutate };
}
