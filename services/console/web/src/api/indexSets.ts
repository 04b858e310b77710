import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { idIn, type VersionIds, versionIds } from "./names";
import type { IndexSet } from "./types";

/** The index set of that name, with the count of its files; null for an empty name. */
export function indexSetQuery(name: string) {
  const { workspace, dataset } = versionIds(name);
  return queryOptions({
    queryKey: ["dataset", workspace, dataset, "index-set", name],
    queryFn: async ({ signal }) => {
      if (name === "") return null;
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/indexSets/{indexSet}";
      const ids = { ...versionIds(name), indexSet: idIn(name, "indexSets") };
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).indexSet ?? null;
    },
  });
}

/** Makes the index set with these connections, model, table and metric the one that searches of the version use. */
export async function setIndexSet(ids: VersionIds, indexSet: IndexSet): Promise<IndexSet> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/indexSets";
  return (await answerOf(api.POST(path, { params: { path: ids }, body: indexSet }))).indexSet ?? {};
}
