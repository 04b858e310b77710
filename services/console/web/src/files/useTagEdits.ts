import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { VersionIds } from "@/api/names";
import { type Question, selected, versionKey } from "@/api/search";
import { type EditedFiles, editTags, endOf, undoTagEdit } from "@/api/tagEdits";
import type { TagChanges, TagEdit } from "@/api/types";
import { failureText } from "@/parts/failure";
import { tell, tellFailure } from "@/parts/toast";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

/** What to change, and on which files: some by name, or all that a question finds. */
export interface Edit {
  readonly files: readonly string[] | Question;
  readonly changes: TagChanges;
}

/**
 * Edits tags by hand. What was done is told with a button that undoes it; a large edit goes on behind the screen, and is told
 * when it is through.
 */
export function useTagEdits(version: VersionIds) {
  const words = useWords();
  const format = useFormat();
  const queries = useQueryClient();

  /** Whatever was asked of the version may have another answer now. */
  const refresh = () => queries.invalidateQueries({ queryKey: versionKey(version) });

  function fail(error: unknown) {
    tellFailure(words.data.label.failed, failureText(error as Error, words));
  }

  async function finish(edit: TagEdit) {
    const ended = await endOf(edit, new AbortController().signal);
    await refresh();
    const isUndone = ended.state === "STATE_UNDONE";
    if (ended.state === "STATE_STOPPED") {
      tellFailure(words.data.label.stopped, ended.message ?? "");
      return;
    }
    const count = format.number(isUndone ? ended.revertedFileCount : ended.changedFileCount);
    const undo = { label: words.data.label.undo, run: () => void undone(ended.name ?? "") };
    tell({
      title: isUndone ? words.data.label.undone(count) : words.data.label.done(count),
      ...(ended.notes && { text: ended.notes.join(" ") }),
      ...(!isUndone && { action: undo }),
    });
  }

  async function undone(name: string) {
    try {
      await finish(await undoTagEdit(name));
    } catch (error) {
      fail(error);
    }
  }

  return useMutation({
    mutationFn: async ({ files, changes }: Edit) => editTags(version, await chosen(files), changes),
    onSuccess: (edit) => {
      if (edit.job) tell({ title: words.data.label.started(format.number(edit.fileCount)) });
      void finish(edit).catch(fail);
    },
  });
}

async function chosen(files: Edit["files"]): Promise<EditedFiles> {
  if (!("query" in files)) return { names: files };
  const { selection = {} } = await selected(files);
  return { selection };
}
