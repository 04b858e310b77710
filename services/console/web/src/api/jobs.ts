import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { datasetName, idIn, type VersionIds } from "./names";
import { streamOf } from "./streams";
import type { ErrorReason, FailureCount, Job, JobKindName, JobLogLine, JobState, Selection } from "./types";

export interface JobIds {
  readonly workspace: string;
  readonly job: string;
}

/** What a job does: the field of `Job` that is set. */
export type JobKind = "scan" | "tag" | "index" | "export" | "tagEdit";

export const jobKinds: readonly JobKind[] = ["scan", "tag", "index", "export", "tagEdit"];

const kindNames: Readonly<Record<JobKind, JobKindName>> = {
  scan: "JOB_KIND_SCAN",
  tag: "JOB_KIND_TAG",
  index: "JOB_KIND_INDEX",
  export: "JOB_KIND_EXPORT",
  tagEdit: "JOB_KIND_TAG_EDIT",
};

export const jobStates: readonly JobState[] = [
  "STATE_PENDING",
  "STATE_RUNNING",
  "STATE_STOPPING",
  "STATE_SUCCEEDED",
  "STATE_PARTIALLY_FAILED",
  "STATE_FAILED",
  "STATE_STOPPED",
];

/** States of jobs that go on, or wait to. */
export const activeStates: readonly JobState[] = ["STATE_PENDING", "STATE_RUNNING", "STATE_STOPPING"];

export function jobKind(job: Job): JobKind | undefined {
  return jobKinds.find((kind) => job[kind] !== undefined);
}

/** Whether a job goes on, or waits to. */
export function goesOn(job: Job): boolean {
  return job.state !== undefined && activeStates.includes(job.state);
}

export function jobIds(name: string): JobIds {
  return { workspace: idIn(name, "workspaces"), job: idIn(name, "jobs") };
}

/** Which jobs a list has; what is left out stands for all. */
export interface JobFilter {
  /** Id of a dataset. */
  readonly dataset?: string | undefined;
  readonly kinds?: readonly JobKind[] | undefined;
  readonly states?: readonly JobState[] | undefined;
}

/** Jobs of a workspace, newest first, page by page. */
export function jobsQuery(workspace: string, { dataset, kinds = [], states = [] }: JobFilter) {
  return infiniteQueryOptions({
    queryKey: ["jobs", workspace, dataset ?? "", kinds, states],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        pageSize: 200,
        ...(pageParam !== "" && { pageToken: pageParam }),
        ...(dataset !== undefined && { dataset: datasetName({ workspace, dataset }) }),
        ...(kinds.length > 0 && { kinds: kinds.map((kind) => kindNames[kind]) }),
        ...(states.length > 0 && { states: [...states] }),
      };
      return answerOf(api.GET("/v1/workspaces/{workspace}/jobs", { params: { path: { workspace }, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

export function jobQuery(ids: JobIds) {
  return queryOptions({
    queryKey: ["job", ids.workspace, ids.job],
    queryFn: async ({ signal }) => {
      const call = api.GET("/v1/workspaces/{workspace}/jobs/{job}", { params: { path: ids }, signal });
      return (await answerOf(call)).job ?? {};
    },
  });
}

/** Which results of a job: all, those of files that failed, or those that failed for one reason. */
export type WhichResults = "all" | "failed" | ErrorReason;

/** What a job said of its files, in the order of the version, page by page. */
export function resultsQuery(ids: JobIds, which: WhichResults) {
  return infiniteQueryOptions({
    queryKey: ["job", ids.workspace, ids.job, "results", which],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = {
        pageSize: 100,
        onlyFailed: which !== "all",
        ...(which !== "all" && which !== "failed" && { reason: which }),
        ...(pageParam !== "" && { pageToken: pageParam }),
      };
      const path = "/v1/workspaces/{workspace}/jobs/{job}/results";
      return answerOf(api.GET(path, { params: { path: ids, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

/** How many files failed for which reason, the most frequent one first. */
export function failuresQuery(ids: JobIds) {
  return queryOptions({
    queryKey: ["job", ids.workspace, ids.job, "failures"],
    queryFn: async ({ signal }): Promise<readonly FailureCount[]> => {
      const path = "/v1/workspaces/{workspace}/jobs/{job}:countFailures";
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).failures ?? [];
    },
  });
}

/** Starts a job. A second call with the same `requestId` gives the job that the first one made. */
export async function createJob(workspace: string, job: Job, requestId: string): Promise<Job> {
  const call = api.POST("/v1/workspaces/{workspace}/jobs", {
    params: { path: { workspace }, query: { requestId } },
    body: job,
  });
  return (await answerOf(call)).job ?? {};
}

export async function stopJob(ids: JobIds): Promise<Job> {
  const call = api.POST("/v1/workspaces/{workspace}/jobs/{job}:stop", { params: { path: ids }, body: {} });
  return (await answerOf(call)).job ?? {};
}

/** The job as it is and whenever it has changed, until it has ended. Throws `ApiError` if the stream breaks. */
export async function* watchJob(ids: JobIds, signal: AbortSignal): AsyncGenerator<Job, void, undefined> {
  const path = "/v1/workspaces/{workspace}/jobs/{job}:watch";
  const messages = await streamOf<{ readonly job?: Job }>(
    api.GET(path, { params: { path: ids }, parseAs: "stream", signal }),
  );
  for await (const { job } of messages) if (job !== undefined) yield job;
}

/** The lines of a job's log behind a sequence, and those that come, until the job has ended. Throws `ApiError` if the stream breaks. */
export async function* followLog(
  ids: JobIds,
  afterSequence: string,
  signal: AbortSignal,
): AsyncGenerator<readonly JobLogLine[], void, undefined> {
  const path = "/v1/workspaces/{workspace}/jobs/{job}:readLog";
  const query = { follow: true, afterSequence };
  const messages = await streamOf<{ readonly lines?: readonly JobLogLine[] }>(
    api.GET(path, { params: { path: ids, query }, parseAs: "stream", signal }),
  );
  for await (const { lines } of messages) if (lines !== undefined) yield lines;
}

/** The files of a version that an expression of the query language matches; all if it is empty. */
export async function selectFiles(
  ids: VersionIds,
  expression: string,
): Promise<{ selection: Selection; total: number }> {
  const path = "/v1/workspaces/{workspace}/datasets/{dataset}/versions/{version}:select";
  const query = expression === "" ? {} : { expression };
  const { selection = {}, total = "0" } = await answerOf(api.POST(path, { params: { path: ids }, body: { query } }));
  return { selection, total: Number(total) };
}

/** What a line of an export may hold beside the uri, as the product calls it. */
export const exportAttributes = [
  "FileName",
  "FileDir",
  "DataSize",
  "FileType",
  "ContentType",
  "FileCreateTime",
  "FileUpdateTime",
  "FileFingerPrint",
  "DatasetFileMetaId",
  "MetaAttributes",
  "Comment",
  "Tags.all",
  "Tags.ai",
  "Tags.user",
  "Tags.user-delete-ai-tags",
  "Score",
] as const;
