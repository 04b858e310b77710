import type { TagEdit } from "@/api/types";
import type { Words } from "@/words/words";

export type ChangeKind = keyof Words["tagEdits"]["kinds"];

const kinds: readonly ChangeKind[] = ["add", "reject", "remove", "restore"];

/** What an edit changes: the tags of each list that has some. */
export function changesOf({ changes = {} }: TagEdit): readonly (readonly [ChangeKind, readonly string[]])[] {
  return kinds.map((kind) => [kind, changes[kind] ?? []] as const).filter(([, tags]) => tags.length > 0);
}

/** The same in words. */
export function changesText(edit: TagEdit, words: Words["tagEdits"]): string {
  return changesOf(edit)
    .map(([kind, tags]) => `${words.kinds[kind]} ${tags.join(", ")}`)
    .join("; ");
}
