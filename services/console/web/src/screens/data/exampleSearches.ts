import { idOf } from "@/api/names";
import type { FacetCount, Histogram, Hit } from "@/api/types";
import { quoted } from "@/files/question";
import type { ViewChange } from "@/files/view";

/** A search to try: what it adds to the view that asks for nothing. */
export interface Example {
  readonly kind: "text" | "tags" | "expression" | "similar";
  readonly change: ViewChange;
}

/** What is known of a version where nothing is asked. */
export interface Known {
  /** The most frequent first. */
  readonly tags: readonly FacetCount[];
  readonly directories: readonly FacetCount[];
  readonly sizes: Histogram | undefined;
  /** The first files. */
  readonly hits: readonly Hit[];
}

/** Searches of each kind that the version can answer; each of them finds something. */
export function examplesOf(known: Known): readonly Example[] {
  const indexed = known.hits.find(({ file }) => file?.indexTime !== undefined)?.file;
  const text = indexed === undefined ? undefined : textIn(known);
  const tags = tagsIn(known);
  const expression = expressionIn(known);
  return [
    ...(text === undefined ? [] : [{ kind: "text", change: { q: text } } as const]),
    ...(tags === undefined ? [] : [{ kind: "tags", change: tags } as const]),
    ...(expression === undefined ? [] : [{ kind: "expression", change: { expr: expression } } as const]),
    ...(indexed === undefined ? [] : [{ kind: "similar", change: { like: idOf(indexed.name) } } as const]),
  ];
}

/** A frequent tag that tells files apart; without tags the name of a directory. */
function textIn({ tags, directories, sizes }: Known): string | undefined {
  const total = totalOf(sizes);
  const tag = tags.find(({ count }) => Number(count) < total) ?? tags[0];
  if (tag?.value !== undefined) return tag.value;
  const directory = directories.find(({ value }) => value !== undefined && value !== "")?.value;
  return directory?.split("/").at(-1)?.replaceAll(/[_-]+/g, " ");
}

/** The most frequent tag, without one that is rarer: then files are left. */
function tagsIn({ tags: [first, ...others] }: Known): ViewChange | undefined {
  if (first?.value === undefined) return undefined;
  const rarer = others.find(({ count }) => Number(count) < Number(first.count))?.value;
  return { all: [first.value], ...(rarer !== undefined && { none: [rarer] }) };
}

/**
 * The larger half of the files that have a tag, or that have it not: of two halves of which one is larger than half, some
 * files are in both.
 */
function expressionIn({ tags: [tag], sizes }: Known): string | undefined {
  const bytes = middleOf(sizes);
  if (tag?.value === undefined || bytes === undefined) return undefined;
  const isFrequent = 2 * Number(tag.count) > totalOf(sizes);
  return `size_bytes >= ${sizeText(bytes)} AND ${isFrequent ? "" : "NOT "}tags.all = ${quoted(tag.value)}`;
}

/** A round size that less than half of the files lie below. */
function middleOf(sizes: Histogram | undefined): number | undefined {
  const total = totalOf(sizes);
  const counts = (sizes?.counts ?? []).map(Number);
  let below = 0;
  let middle: number | undefined;
  for (const [at, bound] of (sizes?.bounds ?? []).entries()) {
    if (2 * below >= total) break;
    middle = bound;
    below += counts[at] ?? 0;
  }
  if (middle === undefined || middle < 1) return undefined;
  const unit = 10 ** Math.floor(Math.log10(middle));
  return Math.floor(middle / unit) * unit;
}

function totalOf(sizes: Histogram | undefined): number {
  return (sizes?.counts ?? []).reduce((sum, count) => sum + Number(count), 0);
}

/** As the query language writes sizes. */
function sizeText(bytes: number): string {
  const [factor, unit] = units.find(([least]) => bytes >= least) ?? [1, ""];
  return `${bytes / factor}${unit}`;
}

const units = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "KB"],
] as const;
