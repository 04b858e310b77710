import { queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { allPages } from "./pages";
import type { TagDefinition } from "./types";

export interface TagDefinitionIds {
  readonly workspace: string;
  readonly tagDefinition: string;
}

export function tagDefinitionName({ workspace, tagDefinition }: TagDefinitionIds): string {
  return `workspaces/${workspace}/tagDefinitions/${tagDefinition}`;
}

/** All tag definitions of a workspace, by id. */
export function tagDefinitionsQuery(workspace: string) {
  return queryOptions({
    queryKey: ["tag-definitions", workspace],
    queryFn: ({ signal }) =>
      allPages(async (pageToken) => {
        const query = { pageSize: 1000, ...(pageToken !== undefined && { pageToken }) };
        const answer = await answerOf(
          api.GET("/v1/workspaces/{workspace}/tagDefinitions", { params: { path: { workspace }, query }, signal }),
        );
        return { items: answer.tagDefinitions ?? [], next: answer.nextPageToken };
      }),
  });
}

export function tagDefinitionQuery(ids: TagDefinitionIds) {
  return queryOptions({
    queryKey: ["tag-definition", ids.workspace, ids.tagDefinition],
    queryFn: async ({ signal }) => {
      const path = "/v1/workspaces/{workspace}/tagDefinitions/{tagDefinition}";
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).tagDefinition ?? {};
    },
  });
}

export async function createTagDefinition(
  workspace: string,
  tagDefinitionId: string,
  tagDefinition: TagDefinition,
): Promise<TagDefinition> {
  const call = api.POST("/v1/workspaces/{workspace}/tagDefinitions", {
    params: { path: { workspace }, query: { tagDefinitionId } },
    body: tagDefinition,
  });
  return (await answerOf(call)).tagDefinition ?? {};
}

/** Changes the display name, the guide prompt and the tags; with an etag, only the state that was seen is changed. */
export async function updateTagDefinition(ids: TagDefinitionIds, changed: TagDefinition): Promise<TagDefinition> {
  const call = api.PATCH("/v1/workspaces/{workspace}/tagDefinitions/{tagDefinition}", {
    params: { path: ids, query: { updateMask: "displayName,guidePrompt,definitionJson" } },
    body: changed,
  });
  return (await answerOf(call)).tagDefinition ?? {};
}

export async function deleteTagDefinition(ids: TagDefinitionIds): Promise<void> {
  await api.DELETE("/v1/workspaces/{workspace}/tagDefinitions/{tagDefinition}", { params: { path: ids } });
}
