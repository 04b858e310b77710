import {
  isSimilarity,
  type Range,
  rangeOf,
  tagConditions,
  toggled,
  type View,
  type ViewChange,
  withTag,
} from "@/files/view";
import { Button } from "@/parts/Button";
import { Chip } from "@/parts/Chip";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";

interface Props {
  readonly view: View;
  readonly onChange: (change: ViewChange) => void;
}

interface Condition {
  readonly key: string;
  readonly text: string;
  readonly removal: ViewChange;
  readonly kind?: "bad";
}

/** A chip for each condition of the view, with a button that takes it away. */
export function Conditions({ view, onChange }: Props) {
  const words = useWords().data;
  const conditions = useConditions(view);
  if (conditions.length === 0) return null;
  return (
    <section aria-label={words.conditionsTitle} className={styles["conditions"]}>
      {conditions.map(({ key, text, removal, kind }) => (
        <Chip
          key={key}
          kind={kind ?? "accent"}
          removal={{ label: words.removeCondition(text), run: () => onChange(removal) }}
        >
          {text}
        </Chip>
      ))}
      {conditions.length > 1 && (
        <Button
          kind="quiet"
          size="small"
          onClick={() => onChange(Object.assign({}, ...conditions.map(({ removal }) => removal), cleared))}
        >
          {words.clearAll}
        </Button>
      )}
    </section>
  );
}

/** What is taken away one by one is taken away whole by "clear all". */
const cleared: ViewChange = { all: undefined, any: undefined, none: undefined, dir: undefined, type: undefined };

function useConditions(view: View): readonly Condition[] {
  const words = useWords().data;
  const format = useFormat();
  const similarity = { min: undefined, k: undefined, dup: undefined };
  const example = { image: undefined, uri: undefined, like: undefined, ...similarity };
  const found: Condition[] = [];
  const add = (key: string, text: string, removal: ViewChange, kind?: "bad") =>
    found.push({ key, text, removal, ...(kind && { kind }) });
  if (view.q !== undefined) add("q", words.chip.text(view.q), { q: undefined, ...similarity });
  if (view.image ?? view.like) add("example", words.likeThis, example);
  if (view.uri !== undefined) add("uri", words.chip.uri(view.uri), example);
  if (view.expr !== undefined) add("expr", view.expr, { expr: undefined });
  for (const condition of tagConditions) {
    for (const tag of view[condition] ?? []) {
      const kind = condition === "none" ? "bad" : undefined;
      add(`${condition} ${tag}`, words.chip[condition](tag), withTag(view, tag, undefined), kind);
    }
  }
  for (const directory of view.dir ?? [])
    add(`dir ${directory}`, words.chip.directory(directory || "/"), toggled(view, "dir", directory));
  for (const type of view.type ?? []) add(`type ${type}`, type, toggled(view, "type", type));
  if (view.name !== undefined) add("name", words.chip.name(view.name), { name: undefined });
  const size = rangeOf(view.size);
  if (size !== undefined) add("size", rangeWords(words.size, size, format.bytes), { size: undefined });
  const time = rangeOf(view.time);
  const when = (seconds: number) => format.time(new Date(seconds * 1000).toISOString());
  if (time !== undefined) add("time", rangeWords(words.modified, time, when), { time: undefined });
  if (isSimilarity(view)) {
    if (view.k !== undefined) add("k", words.chip.topK(format.number(view.k)), { k: undefined });
    if (view.min !== undefined) add("min", words.above(format.number(view.min)), { min: undefined });
    if (view.dup !== undefined) add("dup", words.groupDuplicates, { dup: undefined });
  }
  return found;
}

function rangeWords(label: string, { from, to }: Range, format: (value: number) => string): string {
  const ends = [from === undefined ? "" : `≥ ${format(from)}`, to === undefined ? "" : `< ${format(to)}`];
  return `${label} ${ends.filter(Boolean).join(", ")}`;
}
