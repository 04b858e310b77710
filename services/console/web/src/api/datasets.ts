import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { type DatasetIds, datasetIds, type VersionIds } from "./names";
import { allPages } from "./pages";
import type { Dataset } from "./types";

/** All datasets of a workspace, by id. */
export function datasetsQuery(workspace: string) {
  return queryOptions({
    queryKey: ["datasets", workspace],
    queryFn: ({ signal }) =>
      allPages(async (pageToken) => {
        const query = { pageSize: 1000, ...(pageToken !== undefined && { pageToken }) };
        const answer = await answerOf(
          api.GET("/v1/workspaces/{workspace}/datasets", { params: { path: { workspace }, query }, signal }),
        );
        return { items: answer.datasets ?? [], next: answer.nextPageToken };
      }),
  });
}

export function datasetQuery(ids: DatasetIds) {
  return queryOptions({
    queryKey: ["dataset", ids.workspace, ids.dataset],
    queryFn: async ({ signal }) => {
      const call = api.GET("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path: ids }, signal });
      return (await answerOf(call)).dataset ?? {};
    },
  });
}

/** The versions of a dataset, newest first. */
export function versionsQuery(ids: DatasetIds) {
  return queryOptions({
    queryKey: ["dataset", ids.workspace, ids.dataset, "versions"],
    queryFn: ({ signal }) =>
      allPages(async (pageToken) => {
        const query = { pageSize: 1000, ...(pageToken !== undefined && { pageToken }) };
        const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions";
        const answer = await answerOf(api.GET(path, { params: { path: ids, query }, signal }));
        return { items: answer.versions ?? [], next: answer.nextPageToken };
      }),
  });
}

/** A version; `latest` stands for the newest. */
export function versionQuery(ids: VersionIds) {
  return queryOptions({
    queryKey: ["dataset", ids.workspace, ids.dataset, "version", ids.version],
    queryFn: async ({ signal }) => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}";
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).version ?? {};
    },
  });
}

export async function createDataset(workspace: string, datasetId: string, dataset: Dataset): Promise<Dataset> {
  const call = api.POST("/v1/workspaces/{workspace}/datasets", {
    params: { path: { workspace }, query: { datasetId } },
    body: dataset,
  });
  return (await answerOf(call)).dataset ?? {};
}

/** Changes these fields of a dataset; with its etag, only in the state that was seen. */
export async function updateDataset(name: string, dataset: Dataset, updateMask: string): Promise<Dataset> {
  const call = api.PATCH("/v1/workspaces/{workspace}/datasets/{dataset}", {
    params: { path: datasetIds(name), query: { updateMask } },
    body: dataset,
  });
  return (await answerOf(call)).dataset ?? {};
}

export async function deleteDataset(ids: DatasetIds): Promise<void> {
  await api.DELETE("/v1/workspaces/{workspace}/datasets/{dataset}", { params: { path: ids } });
}
