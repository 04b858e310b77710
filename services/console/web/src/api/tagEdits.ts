import { infiniteQueryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { jobIds, watchJob } from "./jobs";
import { idIn, type VersionIds, versionIds } from "./names";
import { newRequestId } from "./requestId";
import { versionKey } from "./search";
import type { Selection, TagChanges, TagEdit } from "./types";

/** The files of an edit: by name, or those of a selection. */
export type EditedFiles = { readonly names: readonly string[] } | { readonly selection: Selection };

/** Changes tags of files. The edit may go on when this returns: see `endOf`. */
export async function editTags(version: VersionIds, files: EditedFiles, changes: TagChanges): Promise<TagEdit> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits";
  const chosen = "names" in files ? { names: { names: [...files.names] } } : { selection: files.selection };
  const body = { ...chosen, changes, requestId: newRequestId() };
  return (await answerOf(api.POST(path, { params: { path: version }, body }))).tagEdit ?? {};
}

/** The edits of a version, newest first, page by page. */
export function tagEditsQuery(version: VersionIds) {
  return infiniteQueryOptions({
    queryKey: [...versionKey(version), "tagEdits"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits";
      const query = { pageSize: 50, ...(pageParam !== "" && { pageToken: pageParam }) };
      return answerOf(api.GET(path, { params: { path: version, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

/** Whether an edit, or its undoing, has not come to its end. */
export function goesOn(edit: TagEdit): boolean {
  return edit.state === "STATE_RUNNING" || edit.state === "STATE_UNDOING";
}

export async function undoTagEdit(name: string): Promise<TagEdit> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits/{tagEdit}:undo";
  const params = { path: { ...versionIds(name), tagEdit: idIn(name, "tagEdits") } };
  return (await answerOf(api.POST(path, { params, body: { requestId: newRequestId() } }))).tagEdit ?? {};
}

/** The edit when its job, or the one that undoes it, has ended; at once where there is none. */
export async function endOf(edit: TagEdit, signal: AbortSignal): Promise<TagEdit> {
  const job = edit.undoJob || edit.job;
  if (!goesOn(edit) || !job || edit.name === undefined) return edit;
  for await (const _ of watchJob(jobIds(job), signal));
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits/{tagEdit}";
  const params = { path: { ...versionIds(edit.name), tagEdit: idIn(edit.name, "tagEdits") } };
  return (await answerOf(api.GET(path, { params, signal }))).tagEdit ?? {};
}
