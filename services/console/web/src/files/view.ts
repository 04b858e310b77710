import { flagIn, oneOf, present, textIn } from "@/app/search";

/** What the address of View data says: which files are asked for, and how they are shown. Absent parts are defaults. */
export interface View {
  /** A text that files should be like. */
  readonly q?: string;
  /** An image that files should be like: the hash under which this browser keeps it. */
  readonly image?: string;
  /** An image of the workspace's storage that files should be like: its uri. */
  readonly uri?: string;
  /** A file of the version that others should be like: its id. */
  readonly like?: string;
  /** The query language. */
  readonly expr?: string;
  readonly all?: readonly string[];
  readonly any?: readonly string[];
  readonly none?: readonly string[];
  /** Directories, one of which holds the file; the root is the empty text. */
  readonly dir?: readonly string[];
  /** Media types, one of which is the file's. */
  readonly type?: readonly string[];
  /** Part of the file's name. */
  readonly name?: string;
  /** Size in bytes, `from..to`; either may be missing. */
  readonly size?: string;
  /** When it was modified, in seconds since 1970, `from..to`. */
  readonly time?: string;
  /** With similarity: how many. */
  readonly k?: number;
  /** With similarity: only higher scores. */
  readonly min?: number;
  readonly sort?: SortName;
  readonly asc?: true;
  /** Near-duplicates from this cosine on are shown as one. */
  readonly dup?: number;
  readonly list?: true;
  /** Width of a tile in pixels. */
  readonly tile?: number;
  readonly explain?: true;
  /** The filters are hidden. */
  readonly wide?: true;
  /** Index of the first hit in view. */
  readonly at?: number;
}

export const sortNames = ["relevance", "name", "size", "modified", "created", "tagged"] as const;
export type SortName = (typeof sortNames)[number];

export const TOP_K = 100;
export const MOST_TOP_K = 5_000;
export const TILE_PX = { least: 96, usual: 168, most: 420 };
export const NEAR_DUPLICATE = 0.95;

/** The view that search parameters say; whatever in them is none of a view is left out. */
export function viewIn(search: Record<string, unknown>): View {
  return present({
    q: textIn(search["q"]),
    image: hashIn(search["image"]),
    uri: textIn(search["uri"]),
    like: textIn(search["like"]),
    expr: textIn(search["expr"]),
    all: textsIn(search["all"]),
    any: textsIn(search["any"]),
    none: textsIn(search["none"]),
    dir: textsIn(search["dir"]),
    type: textsIn(search["type"]),
    name: textIn(search["name"]),
    size: rangeTextIn(search["size"]),
    time: rangeTextIn(search["time"]),
    k: wholeIn(search["k"], 1, MOST_TOP_K),
    min: numberIn(search["min"], -Number.MAX_VALUE, Number.MAX_VALUE),
    sort: oneOf(search["sort"], sortNames),
    asc: flagIn(search["asc"]),
    dup: numberIn(search["dup"], 0.5, 1),
    list: flagIn(search["list"]),
    tile: wholeIn(search["tile"], TILE_PX.least, TILE_PX.most),
    explain: flagIn(search["explain"]),
    wide: flagIn(search["wide"]),
    at: wholeIn(search["at"], 1, Number.MAX_SAFE_INTEGER),
  });
}

/** A change of a view: a part that is undefined is taken out. */
export type ViewChange = { readonly [Key in keyof View]?: View[Key] | undefined };

/** The view after a change. Whatever changes the hits leads back to the first of them. */
export function changed(view: View, change: ViewChange): View {
  const shows = new Set(["list", "tile", "explain", "wide", "at"]);
  const asksAnew = Object.keys(change).some((key) => !shows.has(key));
  const next: Record<string, unknown> = { ...view, ...(asksAnew && { at: undefined }), ...change };
  for (const [key, value] of Object.entries(next)) if (Array.isArray(value) && value.length === 0) delete next[key];
  return viewIn(next);
}

/** All files are shown: none is left out by a condition, and none is preferred. */
export function asksNothing(view: View): boolean {
  const { list, tile, explain, wide, at, sort, asc, ...conditions } = view;
  return Object.keys(conditions).length === 0;
}

/** What of a view says which files are asked for, without how they are shown. */
export function askedIn({ list, tile, explain, wide, at, ...asked }: View): View {
  return asked;
}

/** Files are asked for by what they are like. */
export function isSimilarity({ q, image, uri, like }: View): boolean {
  return [q, image, uri, like].some((part) => part !== undefined);
}

export type TagCondition = "all" | "any" | "none";

export const tagConditions: readonly TagCondition[] = ["all", "any", "none"];

export function conditionOn(view: View, tag: string): TagCondition | undefined {
  return tagConditions.find((condition) => view[condition]?.includes(tag));
}

/** The change that puts a condition on a tag, or takes the one that is there away. */
export function withTag(view: View, tag: string, condition: TagCondition | undefined): ViewChange {
  return Object.fromEntries(
    tagConditions.map((one) => {
      const others = (view[one] ?? []).filter((other) => other !== tag);
      return [one, one === condition ? [...others, tag] : others];
    }),
  );
}

/** The change that adds a value to a list of the view, or takes it out. */
export function toggled(view: View, key: "dir" | "type", value: string): ViewChange {
  const values = view[key] ?? [];
  return { [key]: values.includes(value) ? values.filter((other) => other !== value) : [...values, value] };
}

export interface Range {
  readonly from: number | undefined;
  /** The first value beyond it. */
  readonly to: number | undefined;
}

export function rangeOf(text: string | undefined): Range | undefined {
  const found = /^(\d+)?\.\.(\d+)?$/.exec(text ?? "");
  if (found === null || (found[1] === undefined && found[2] === undefined)) return undefined;
  const [from, to] = [found[1], found[2]].map((part) => (part === undefined ? undefined : Number(part)));
  return { from, to };
}

export function rangeText({ from, to }: Range): string | undefined {
  return from === undefined && to === undefined ? undefined : `${from ?? ""}..${to ?? ""}`;
}

function rangeTextIn(value: unknown): string | undefined {
  const text = textIn(value);
  return rangeOf(text) === undefined ? undefined : text;
}

function hashIn(value: unknown): string | undefined {
  const text = textIn(value);
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

function textsIn(value: unknown): readonly string[] | undefined {
  const values = Array.isArray(value) ? value : typeof value === "string" ? [value] : [];
  const texts = [...new Set(values.filter((one): one is string => typeof one === "string"))];
  return texts.length === 0 ? undefined : texts;
}

function numberIn(value: unknown, least: number, most: number): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && number >= least && number <= most ? number : undefined;
}

function wholeIn(value: unknown, least: number, most: number): number | undefined {
  const number = numberIn(value, least, most);
  return Number.isSafeInteger(number) ? number : undefined;
}
