import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import type { VersionIds } from "./names";
import { versionKey } from "./search";

export interface FileIds extends VersionIds {
  readonly file: string;
}

export function fileQuery(ids: FileIds) {
  return queryOptions({
    queryKey: [...versionKey(ids), "file", ids.file],
    queryFn: async ({ signal }) => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/files/{file}";
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).file ?? {};
    },
  });
}

/** What jobs said of a file, the newest first, page by page. */
export function fileAnswersQuery(ids: FileIds) {
  return infiniteQueryOptions({
    queryKey: [...versionKey(ids), "answers", ids.file],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/files/{file}/answers";
      const query = { pageSize: 20, ...(pageParam !== "" && { pageToken: pageParam }) };
      return answerOf(api.GET(path, { params: { path: ids, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}
