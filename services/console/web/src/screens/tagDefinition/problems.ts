import type { Words } from "@/words/words";
import type { NamePlace, Place, Reading } from "./tags";

/** Something that is wrong with a definition, and where; `tag` and `value` count from 0, where it is a name. */
export interface Problem {
  readonly message: string;
  readonly place: Place | undefined;
  readonly tag: number | undefined;
  readonly value: number | undefined;
}

const mostBytes = 64 * 1024;
const mostTags = 500;
const mostCharacters = 100;

/** What the API would refuse, in the order of the text. */
export function problemsOf(
  text: string,
  reading: Reading,
  words: Words["tagDefinitions"]["wrong"],
): readonly Problem[] {
  if (reading.tags === undefined) {
    const { kind, detail, offset, length } = reading.flaw;
    return [{ message: words[kind](detail), place: { offset, length }, tag: undefined, value: undefined }];
  }
  const whole: string[] = [];
  const bytes = new TextEncoder().encode(text).length;
  const count = reading.tags.reduce((sum, { values }) => sum + Math.max(1, values.length), 0);
  if (reading.tags.length === 0) whole.push(words.noTag);
  if (bytes > mostBytes) whole.push(words.tooLarge(bytes));
  if (count > mostTags) whole.push(words.tooMany(count));
  const of = (message: string): Problem => ({ message, place: undefined, tag: undefined, value: undefined });
  return [...whole.map(of), ...namesIn(reading.places, reading.tags, words)];
}

type Tags = NonNullable<Reading["tags"]>;

function namesIn(
  places: readonly NamePlace[],
  tags: Tags,
  words: Words["tagDefinitions"]["wrong"],
): readonly Problem[] {
  const seen = new Set<string>();
  return places.flatMap((place) => {
    const { tag, value } = place;
    const name = normal((value === undefined ? tags[tag]?.name : tags[tag]?.values[value]?.name) ?? "");
    const key = `${value === undefined ? "" : tag}/${name}`;
    const message = problemOf(name, seen.has(key), words);
    seen.add(key);
    return message === undefined ? [] : [{ message, place, tag, value }];
  });
}

function problemOf(name: string, isTwice: boolean, words: Words["tagDefinitions"]["wrong"]): string | undefined {
  if (name === "") return words.noName;
  if ([...name].length > mostCharacters) return words.longName;
  if (name.includes("/") || /\p{C}/u.test(name)) return words.sign;
  return isTwice ? words.twice(name) : undefined;
}

function normal(name: string): string {
  return name.normalize("NFC").trim();
}
