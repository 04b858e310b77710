import { type VersionIds, versionName } from "@/api/names";
import type { Question } from "@/api/search";
import type { Query, Sort } from "@/api/types";
import { isSimilarity, rangeOf, type SortName, TOP_K, type View } from "./view";

const sortFields: Readonly<Record<SortName, NonNullable<Sort["field"]>>> = {
  relevance: "FIELD_RELEVANCE",
  name: "FIELD_FILE_NAME",
  size: "FIELD_SIZE",
  modified: "FIELD_MODIFY_TIME",
  created: "FIELD_CREATE_TIME",
  tagged: "FIELD_TAG_TIME",
};

/** What to ask search for a view. */
export function questionOf(version: VersionIds, view: View): Question {
  const similar = isSimilarity(view);
  const sorted = view.sort !== undefined && view.sort !== "relevance";
  return {
    version,
    query: queryOf(version, view),
    ...(view.image !== undefined && { image: view.image }),
    ...(sorted && { sort: { field: sortFields[view.sort], ...(view.asc && { ascending: true }) } }),
    ...(similar && view.dup !== undefined && { nearDuplicateSimilarity: view.dup }),
  };
}

/** The conditions and the similarity of a view; the bytes of an example image are put in when the question is asked. */
export function queryOf(version: VersionIds, view: View): Query {
  const time = rangeOf(view.time);
  const expression = expressionOf(view);
  return {
    ...similarTo(version, view),
    ...(hasTags(view) && {
      tags: {
        ...(view.all && { allOf: [...view.all] }),
        ...(view.any && { anyOf: [...view.any] }),
        ...(view.none && { noneOf: [...view.none] }),
      },
    }),
    ...(view.name !== undefined && { fileName: view.name }),
    ...(view.type && { contentTypes: [...view.type] }),
    ...(time?.from !== undefined && { modifiedAfter: timeOf(time.from) }),
    ...(time?.to !== undefined && { modifiedBefore: timeOf(time.to) }),
    ...(isSimilarity(view) && { topK: view.k ?? TOP_K }),
    ...(isSimilarity(view) && view.min !== undefined && { scoreThreshold: view.min }),
    ...(expression !== undefined && { expression }),
  };
}

/** Where in the user's own expression a column of the whole expression lies: it stands first, perhaps in a parenthesis. */
export function columnInOwn(column: number, view: View): number {
  return added(view).length > 0 && view.expr !== undefined ? column - OPEN.length : column;
}

const OPEN = "(";

/** The user's expression, and the conditions of the view that only the query language knows. */
function expressionOf(view: View): string | undefined {
  const own = view.expr?.trim() ? view.expr : undefined;
  const conditions = added(view);
  if (conditions.length === 0) return own;
  // Parenthesised, for the user's own may say OR. It may end in no comment: the language has none.
  return [...(own === undefined ? [] : [`${OPEN}${own})`]), ...conditions].join(" AND ");
}

function added({ dir, size }: View): readonly string[] {
  const range = rangeOf(size);
  return [
    ...(dir === undefined ? [] : [directoryIn(dir)]),
    ...(range?.from === undefined ? [] : [`size_bytes >= ${range.from}`]),
    ...(range?.to === undefined ? [] : [`size_bytes < ${range.to}`]),
  ];
}

/** Files below the root itself have no directory. */
function directoryIn(directories: readonly string[]): string {
  const named = directories.filter((directory) => directory !== "");
  const parts = [
    ...(named.length === 0 ? [] : [`directory IN (${named.map(quoted).join(", ")})`]),
    ...(named.length === directories.length ? [] : ["NOT HAS directory"]),
  ];
  return parts.length === 1 ? parts.join("") : `(${parts.join(" OR ")})`;
}

/** A text as the query language writes it. */
export function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t" };
  return `"${text.replace(/[\\"\n\t]/g, (character) => escapes[character] ?? character)}"`;
}

function similarTo(version: VersionIds, { q, uri, like }: View): Query {
  const file = like === undefined ? undefined : `${versionName(version)}/files/${like}`;
  if (file !== undefined) return { examples: { like: [{ file }] } };
  if (uri !== undefined) return { imageUri: uri };
  return q === undefined ? {} : { text: q };
}

function hasTags({ all, any, none }: View): boolean {
  return [all, any, none].some((tags) => tags !== undefined);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
