import { Plus } from "lucide-react";
import { useCallback } from "react";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import styles from "./Editor.module.css";
import type { Problem } from "./problems";
import { type RowProblems, TagRow } from "./TagRow";
import type { TagDraft } from "./tags";

interface Props {
  /** Undefined while the text is no definition. */
  readonly tags: readonly TagDraft[] | undefined;
  readonly problems: readonly Problem[];
  readonly onTags: (change: (tags: readonly TagDraft[]) => readonly TagDraft[]) => void;
}

/** The tags of a definition as fields. */
export function TagForm({ tags, problems, onTags }: Props) {
  const words = useWords().tagDefinitions.form;
  const onTag = useCallback(
    (at: number, tag: TagDraft) => onTags((all) => all.map((one, place) => (place === at ? tag : one))),
    [onTags],
  );
  const onMove = useCallback(
    (at: number, steps: number) =>
      onTags((all) => {
        const [moved, others] = [all[at], all.filter((_, place) => place !== at)];
        return moved === undefined ? all : others.toSpliced(at + steps, 0, moved);
      }),
    [onTags],
  );
  const onRemove = useCallback((at: number) => onTags((all) => all.filter((_, place) => place !== at)), [onTags]);
  if (tags === undefined) return <p className={styles["broken"]}>{words.broken}</p>;

  const byRow = rowsOf(problems);
  return (
    <>
      <ol className={styles["tags"]}>
        {tags.map((tag, at) => (
          <TagRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a tag is what stands at its place
            key={at}
            at={at}
            count={tags.length}
            tag={tag}
            problems={byRow.get(at) ?? none}
            onTag={onTag}
            onMove={onMove}
            onRemove={onRemove}
          />
        ))}
      </ol>
      <div>
        <Button
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onTags((all) => [...all, { name: "", description: "", values: [] }])}
        >
          {words.addTag}
        </Button>
      </div>
    </>
  );
}

const none: RowProblems = { tag: undefined, values: {} };

function rowsOf(problems: readonly Problem[]): ReadonlyMap<number, RowProblems> {
  const rows = new Map<number, RowProblems>();
  for (const { tag, value, message } of problems) {
    if (tag === undefined) continue;
    const row = rows.get(tag) ?? none;
    rows.set(
      tag,
      value === undefined ? { ...row, tag: message } : { ...row, values: { ...row.values, [value]: message } },
    );
  }
  return rows;
}
