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
 * Edits tags by hand, and undoes edits by their names. What was done is told with a button that undoes it; what is large goes on
 * behind the screen, and is told when it is through.
 */
export function useTagEdits(version: VersionIds) {
  const words = useWords();
  const format = useFormat();
  const queries = useQueryClient();

  /** Whatever was asked of the version may have another answer now. */
  const refresh = () => queries.invalidateQueries({ queryKey: versionKey(version) });

  function fail(error: Error) {
    tellFailure(words.data.label.failed, failureText(error, words));
  }

  /** Tells of an edit when it has ended, and shows what has changed by then. */
  async function finish(edit: TagEdit) {
    if (edit.state === "STATE_UNDOING") tell({ title: words.data.label.undoing(format.number(edit.changedFileCount)) });
    if (edit.state === "STATE_RUNNING") tell({ title: words.data.label.started(format.number(edit.fileCount)) });
    const shown = refresh();
    const ended = await endOf(edit, new AbortController().signal);
    await (ended === edit ? shown : refresh());
    const isUndone = ended.state === "STATE_UNDONE";
    if (ended.state === "STATE_STOPPED") {
      tellFailure(words.data.label.stopped, ended.message ?? "");
      return;
    }
    const count = format.number(isUndone ? ended.revertedFileCount : ended.changedFileCount);
    const action = { label: words.data.label.undo, run: () => undo.mutate(ended.name ?? "") };
    tell({
      title: isUndone ? words.data.label.undone(count) : words.data.label.done(count),
      ...(ended.notes && { text: ended.notes.join(" ") }),
      ...(!isUndone && Number(ended.changedFileCount ?? 0) > 0 && { action }),
    });
  }

  const finished = (edit: TagEdit) => void finish(edit).catch(fail);
  const undo = useMutation({ mutationFn: undoTagEdit, onSuccess: finished, onError: fail });
  const make = useMutation({
    mutationFn: async ({ files, changes }: Edit) => editTags(version, await chosen(files), changes),
    onSuccess: finished,
  });
  return { make, undo };
}

async function chosen(files: Edit["files"]): Promise<EditedFiles> {
  if (!("query" in files)) return { names: files };
  const { selection = {} } = await selected(files);
  return { selection };
}
