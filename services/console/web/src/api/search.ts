import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { exampleImage } from "./exampleImages";
import { type VersionIds, versionName } from "./names";
import type {
  CountFacetsResponse,
  CountHistogramsResponse,
  FacetCount,
  FacetField,
  HistogramField,
  Hit,
  Query,
  SearchResponse,
  SelectResponse,
  Sort,
} from "./types";

/** Which files of a version, and in which order. */
export interface Question {
  readonly version: VersionIds;
  readonly query: Query;
  /** An example image beside the query: the hash under which this browser keeps it. */
  readonly image?: string;
  readonly sort?: Sort;
  readonly nearDuplicateSimilarity?: number;
}

/** Hits are fetched in pages of this many, from any place on. */
export const PAGE_HITS = 100;
/** Counts and hits of a version may be so old: a job may be at work on it. */
const FRESH_MS = 30_000;

/** Everything that was asked about a version begins with this key. */
export function versionKey(version: VersionIds) {
  return ["version", versionName(version)] as const;
}

export interface HitPage {
  readonly hits: readonly Hit[];
  /** Hits in all: files, or groups of near-duplicates as far as they are known. */
  readonly total: number;
  /** What a person may want to know of the answer. */
  readonly notes: readonly string[];
}

/** One page of hits, counted from 0. The call ends when nobody waits for it any more. */
export function hitsQuery(question: Question, page: number) {
  return queryOptions({
    queryKey: [...versionKey(question.version), "hits", question, page],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<HitPage> => {
      const answer = await searched(question, { pageSize: PAGE_HITS, skip: page * PAGE_HITS }, signal);
      return { hits: answer.hits ?? [], total: Number(answer.total ?? 0), notes: answer.notes ?? [] };
    },
  });
}

/** How the first page was found. */
export function explanationQuery(question: Question) {
  return queryOptions({
    queryKey: [...versionKey(question.version), "explanation", question],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }) =>
      (await searched(question, { pageSize: PAGE_HITS, explain: true }, signal)).explanation ?? {},
  });
}

export function facetsQuery(question: Question, fields: readonly FacetField[], maxValues: number) {
  return queryOptions({
    queryKey: [...versionKey(question.version), "facets", question.query, question.image, fields, maxValues],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<CountFacetsResponse> => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:countFacets";
      const body = { query: await queryWithImage(question), fields: [...fields], maxValues };
      return answerOf(api.POST(path, { params: { path: question.version }, body, signal }));
    },
  });
}

export function histogramsQuery(question: Question, fields: readonly HistogramField[], maxRanges: number) {
  return queryOptions({
    queryKey: [...versionKey(question.version), "histograms", question.query, question.image, fields, maxRanges],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<CountHistogramsResponse> => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:countHistograms";
      const body = { query: await queryWithImage(question), fields: [...fields], maxRanges };
      return answerOf(api.POST(path, { params: { path: question.version }, body, signal }));
    },
  });
}

/** Tags of a version that begin with a text, the most frequent first. */
export function completedTagsQuery(version: VersionIds, prefix: string, maxTags: number) {
  return queryOptions({
    queryKey: [...versionKey(version), "tags", prefix, maxTags],
    staleTime: FRESH_MS,
    queryFn: async ({ signal }): Promise<readonly FacetCount[]> => {
      const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:completeTags";
      const query = { prefix, maxTags };
      return (await answerOf(api.GET(path, { params: { path: version, query }, signal }))).tags ?? [];
    },
  });
}

/** Pins all files that match. */
export async function selected({ version, query, image }: Question): Promise<SelectResponse> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:select";
  const body = { query: await queryWithImage({ query, ...(image !== undefined && { image }) }) };
  return answerOf(api.POST(path, { params: { path: version }, body }));
}

/** The hits from one index to another, both among them, at most so many as a call may name. */
export async function hitsBetween(queries: QueryClient, question: Question, first: number, last: number) {
  const pages = Array.from(
    { length: Math.floor(last / PAGE_HITS) - Math.floor(first / PAGE_HITS) + 1 },
    (_, at) => Math.floor(first / PAGE_HITS) + at,
  );
  const hits: Hit[] = [];
  for (const page of pages) hits.push(...(await queries.fetchQuery(hitsQuery(question, page))).hits);
  const before = (pages[0] ?? 0) * PAGE_HITS;
  return hits.slice(first - before, last - before + 1);
}

interface Part {
  readonly pageSize: number;
  readonly skip?: number;
  readonly explain?: boolean;
}

async function searched(question: Question, part: Part, signal: AbortSignal): Promise<SearchResponse> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:search";
  const { version, sort, nearDuplicateSimilarity } = question;
  const body = {
    query: await queryWithImage(question),
    ...(sort !== undefined && { sort }),
    ...(nearDuplicateSimilarity !== undefined && { nearDuplicateSimilarity }),
    ...part,
  };
  return answerOf(api.POST(path, { params: { path: version }, body, signal }));
}

async function queryWithImage({ query, image }: Pick<Question, "query" | "image">): Promise<Query> {
  return image === undefined ? query : { ...query, image: await exampleImage(image) };
}
