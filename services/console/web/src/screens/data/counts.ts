import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { VersionIds } from "@/api/names";
import { facetsQuery, histogramsQuery } from "@/api/search";
import type { Facet, FacetField, Histogram, HistogramField } from "@/api/types";
import { questionOf } from "@/files/question";
import { changed, isSimilarity, type View } from "@/files/view";

/** A condition that its own filter leaves out of its counts, so that the other choices keep theirs. */
type OwnPart = "dir" | "type" | "size" | "time";

const facetParts: readonly (readonly [FacetField, OwnPart | undefined])[] = [
  ["FIELD_TAGS", undefined],
  ["FIELD_DIRECTORY", "dir"],
  ["FIELD_CONTENT_TYPE", "type"],
];
const histogramParts: readonly (readonly [HistogramField, OwnPart | undefined])[] = [
  ["FIELD_SIZE", "size"],
  ["FIELD_MODIFY_TIME", "time"],
];
const MOST_VALUES = 60;
const MOST_RANGES = 40;

/** Fields to count over the files of one view. */
export interface Counted<Field> {
  readonly view: View;
  readonly fields: readonly Field[];
}

/** The fields with the view that each is counted over: in one call wherever that is the same. */
export function countedApart<Field>(
  view: View,
  parts: readonly (readonly [Field, OwnPart | undefined])[],
): readonly Counted<Field>[] {
  const isApart = (part: OwnPart | undefined) => part !== undefined && view[part] !== undefined;
  const together = parts.filter(([, part]) => !isApart(part)).map(([field]) => field);
  const apart = parts.flatMap(([field, part]) =>
    part !== undefined && isApart(part) ? [{ view: changed(view, { [part]: undefined }), fields: [field] }] : [],
  );
  return [...(together.length === 0 ? [] : [{ view, fields: together }]), ...apart];
}

interface Counts<Field, Value> {
  readonly of: (field: Field) => Value | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  /** What is asked for is on its way; the counts may be those of before. */
  readonly isComing: boolean;
}

/** The calls that count values beside the files of a view. */
export function facetQueries(version: VersionIds, view: View) {
  return countedApart(view, facetParts).map(({ view: counted, fields }) =>
    facetsQuery(questionOf(version, counted), fields, MOST_VALUES),
  );
}

/** The calls that count ranges beside the files of a view. */
export function histogramQueries(version: VersionIds, view: View) {
  const parts: typeof histogramParts = isSimilarity(view)
    ? [...histogramParts, ["FIELD_SCORE", undefined]]
    : histogramParts;
  return countedApart(view, parts).map(({ view: counted, fields }) =>
    histogramsQuery(questionOf(version, counted), fields, MOST_RANGES),
  );
}

/** How many files have which value, over tags, directories and media types. */
export function useFacets(version: VersionIds, view: View): Counts<FacetField, Facet> {
  const asked = useMemo(() => facetQueries(version, view), [version, view]);
  return useQueries({
    queries: asked.map((query) => ({ ...query, placeholderData: keepPreviousData })),
    combine: (answers) => {
      const facets = answers.flatMap(({ data }) => data?.facets ?? []);
      return {
        of: (field) => facets.find((facet) => facet.field === field),
        error: answers.find(({ error }) => error !== null)?.error ?? null,
        isPending: answers.some(({ isPending }) => isPending),
        isComing: answers.some(({ isPending, isPlaceholderData }) => isPending || isPlaceholderData),
      };
    },
  });
}

/** How many files lie in which range of size, time and, with similarity, score. */
export function useHistograms(version: VersionIds, view: View): Counts<HistogramField, Histogram> {
  const asked = useMemo(() => histogramQueries(version, view), [version, view]);
  return useQueries({
    queries: asked.map((query) => ({ ...query, placeholderData: keepPreviousData })),
    combine: (answers) => {
      const histograms = answers.flatMap(({ data }) => data?.histograms ?? []);
      return {
        of: (field) => histograms.find((histogram) => histogram.field === field),
        error: answers.find(({ error }) => error !== null)?.error ?? null,
        isPending: answers.some(({ isPending }) => isPending),
        isComing: answers.some(({ isPending, isPlaceholderData }) => isPending || isPlaceholderData),
      };
    },
  });
}
