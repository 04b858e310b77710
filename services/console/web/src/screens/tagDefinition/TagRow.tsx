import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { memo } from "react";
import { Button } from "@/parts/Button";
import { classes } from "@/parts/classes";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import styles from "./TagRow.module.css";
import type { TagDraft, ValueDraft } from "./tags";

export interface RowProblems {
  readonly tag: string | undefined;
  /** By the place of the value. */
  readonly values: Readonly<Record<number, string>>;
}

interface Props {
  readonly at: number;
  readonly count: number;
  readonly tag: TagDraft;
  readonly problems: RowProblems;
  readonly onTag: (at: number, tag: TagDraft) => void;
  readonly onMove: (at: number, steps: number) => void;
  readonly onRemove: (at: number) => void;
}

/** A tag with its values, as fields. */
export const TagRow = memo(Row, (before, after) => {
  // Every edit reads the whole text anew: what says the same is the same.
  const said = ({ at, count, tag, problems }: Props) => JSON.stringify([at, count, tag, problems]);
  return said(before) === said(after) && before.onTag === after.onTag;
});

function Row({ at, count, tag, problems, onTag, onMove, onRemove }: Props) {
  const words = useWords().tagDefinitions.form;
  const number = at + 1;
  const name = tag.name || words.tag(number);
  const change = (changed: Partial<TagDraft>) => onTag(at, { ...tag, ...changed });
  const changeValue = (place: number, changed: Partial<ValueDraft>) =>
    change({ values: tag.values.map((one, other) => (other === place ? { ...one, ...changed } : one)) });
  return (
    <li className={styles["tag"]}>
      <div className={styles["line"]}>
        <TextInput
          aria-label={words.nameOf(number)}
          aria-invalid={problems.tag !== undefined || undefined}
          placeholder={words.name}
          value={tag.name}
          onValue={(next) => change({ name: next })}
        />
        <TextInput
          aria-label={words.descriptionOf(number)}
          placeholder={words.description}
          value={tag.description}
          onValue={(description) => change({ description })}
        />
        <div className={styles["tools"]}>
          <Button
            kind="quiet"
            aria-label={words.up(name)}
            disabled={at === 0}
            icon={<ArrowUp size={14} aria-hidden />}
            onClick={() => onMove(at, -1)}
          />
          <Button
            kind="quiet"
            aria-label={words.down(name)}
            disabled={number === count}
            icon={<ArrowDown size={14} aria-hidden />}
            onClick={() => onMove(at, 1)}
          />
          <Button
            kind="quiet"
            aria-label={words.removeTag(name)}
            icon={<X size={14} aria-hidden />}
            onClick={() => onRemove(at)}
          />
        </div>
      </div>
      {problems.tag !== undefined && <p className={styles["error"]}>{problems.tag}</p>}
      {tag.values.map((value, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is what stands at its place
        <div key={place}>
          <div className={classes(styles["line"], styles["value"])}>
            <TextInput
              aria-label={words.valueOf(place + 1, number)}
              aria-invalid={problems.values[place] !== undefined || undefined}
              placeholder={words.value}
              value={value.name}
              onValue={(next) => changeValue(place, { name: next })}
            />
            <TextInput
              aria-label={words.valueDescriptionOf(place + 1, number)}
              placeholder={words.description}
              value={value.description}
              onValue={(description) => changeValue(place, { description })}
            />
            <Button
              kind="quiet"
              aria-label={words.removeValue(value.name || String(place + 1))}
              icon={<X size={14} aria-hidden />}
              onClick={() => change({ values: tag.values.filter((_, other) => other !== place) })}
            />
          </div>
          {problems.values[place] !== undefined && (
            <p className={classes(styles["error"], styles["value"])}>{problems.values[place]}</p>
          )}
        </div>
      ))}
      <div className={styles["foot"]}>
        <Button
          kind="quiet"
          size="small"
          icon={<Plus size={12} aria-hidden />}
          onClick={() => change({ values: [...tag.values, { name: "", description: "" }] })}
        >
          {words.addValue}
        </Button>
      </div>
    </li>
  );
}
