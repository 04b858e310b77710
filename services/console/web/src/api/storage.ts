import { infiniteQueryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import type { ConnectionIds } from "./connections";
import { streamOf } from "./streams";
import type { ImportFormat } from "./types";

/** What was found so far below a root. */
export interface FoundFiles {
  readonly fileCount?: string;
  readonly sizeBytes?: string;
  /** Objects that a dataset does not take. */
  readonly skippedCount?: string;
  readonly samplePaths?: readonly string[];
  /** This is all. */
  readonly done?: boolean;
}

/** What lies directly below a folder, page by page; without a uri the buckets, or the folder of the connection. */
export function folderQuery(ids: ConnectionIds, uri: string) {
  return infiniteQueryOptions({
    queryKey: ["folder", ids.workspace, ids.connection, uri],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = {
        pageSize: 200,
        ...(uri !== "" && { uri }),
        ...(pageParam !== "" && { pageToken: pageParam }),
      };
      const path = "/v1/workspaces/{workspace}/connections/{connection}:listFolder";
      return answerOf(api.GET(path, { params: { path: ids, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

/** Counts the files that a dataset with this root would have, while they are found. Throws `ApiError`. */
export async function* countFiles(
  ids: ConnectionIds,
  uri: string,
  importFormat: ImportFormat,
  signal: AbortSignal,
): AsyncGenerator<FoundFiles, void, undefined> {
  const path = "/v1/workspaces/{workspace}/connections/{connection}:countObjects";
  const params = { path: ids, query: { uri, importFormat } };
  yield* await streamOf<FoundFiles>(api.GET(path, { params, parseAs: "stream", signal }));
}
