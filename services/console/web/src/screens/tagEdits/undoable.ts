import type { TagEdit, Version } from "@/api/types";
import type { Words } from "@/words/words";

export type WhyNot = keyof Words["tagEdits"]["whyNot"];

/** Why an edit cannot be undone; undefined where it can. */
export function whyNotUndone(edit: TagEdit, version: Version | undefined): WhyNot | undefined {
  if (edit.state === "STATE_UNDONE") return "undone";
  if (edit.state === "STATE_UNDOING") return "undoing";
  if (edit.state === "STATE_RUNNING") return "running";
  if (version?.state === "STATE_PUBLISHED") return "published";
  // One that was stopped while it was undone has yet to come to its end.
  if (Number(edit.changedFileCount ?? 0) === 0) return "changedNothing";
  return undefined;
}
