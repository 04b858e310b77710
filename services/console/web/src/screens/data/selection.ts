import { useCallback, useMemo, useSyncExternalStore } from "react";
import { type VersionIds, versionName } from "@/api/names";
import type { Question } from "@/api/search";

/** The files that were chosen: some by name, or all that a question finds. */
export type Selection =
  | { readonly kind: "some"; readonly files: ReadonlySet<string> }
  | { readonly kind: "all"; readonly question: Question; readonly total: number };

/** A call that names files takes no more of them. */
export const MOST_FILES = 10_000;

export const nothing: Selection = { kind: "some", files: new Set() };

export function sizeOf(selection: Selection): number {
  return selection.kind === "all" ? selection.total : selection.files.size;
}

export function isChosen(selection: Selection, file: string): boolean {
  return selection.kind === "all" || selection.files.has(file);
}

/** With a file that was not chosen, without one that was. Out of all that match, a file leaves as the first that is chosen alone. */
export function withToggled(selection: Selection, file: string): Selection {
  if (selection.kind === "all") return { kind: "some", files: new Set([file]) };
  const files = new Set(selection.files);
  if (!files.delete(file) && files.size < MOST_FILES) files.add(file);
  return { kind: "some", files };
}

/** With more files, as far as there is room. */
export function withAdded(selection: Selection, added: readonly string[]): Selection {
  const files = new Set(selection.kind === "all" ? [] : selection.files);
  for (const file of added) if (files.size < MOST_FILES) files.add(file);
  return { kind: "some", files };
}

/** What to ask for the selection, of a question's version. */
export function questionOfSelection(selection: Selection, { version }: Question): Question {
  return selection.kind === "all" ? selection.question : { version, query: { files: [...selection.files] } };
}

/** What is left of a selection when another question is asked: files that were chosen one by one, but not "all of the other". */
export function leftFor(selection: Selection, question: Question): Selection {
  const isOfAnother = selection.kind === "all" && JSON.stringify(selection.question) !== JSON.stringify(question);
  return isOfAnother ? nothing : selection;
}

/** Selections by version, kept while the page is: details and back do not lose them. */
const kept = new Map<string, Selection>();
const listeners = new Set<() => void>();

/** Chooses; a function is given what is chosen by then, for who had to wait for its files. */
type Choose = (selection: Selection | ((before: Selection) => Selection)) => void;

/** What is chosen of a question's version. */
export function useSelection(question: Question): readonly [Selection, Choose] {
  const version = versionName(question.version);
  const last = useSyncExternalStore(subscribe, () => kept.get(version) ?? nothing);
  const selection = useMemo(() => leftFor(last, question), [last, question]);
  const choose = useCallback<Choose>(
    (given) => {
      const next = typeof given === "function" ? given(leftFor(kept.get(version) ?? nothing, question)) : given;
      if (sizeOf(next) === 0) kept.delete(version);
      else kept.set(version, next);
      for (const listener of listeners) listener();
    },
    [version, question],
  );
  return [selection, choose];
}

/** Of which hits something is chosen. */
export interface Choice {
  readonly version: VersionIds;
  readonly question: Question;
  /** How many match; 0 until that is known. */
  readonly total: number;
}

/** What is chosen, as calls take it. `take` says whether there is anything; with nothing chosen, it chooses all that match. */
export function useChosen({ question, total }: Choice) {
  const [selection, choose] = useSelection(question);
  const count = sizeOf(selection);
  const chosen = questionOfSelection(selection, question);
  const files: readonly string[] | Question = selection.kind === "some" ? [...selection.files] : chosen;

  function take(): boolean {
    if (count === 0 && total > 0) choose({ kind: "all", question, total });
    return count > 0 || total > 0;
  }
  return { count, files, question: chosen, take };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
