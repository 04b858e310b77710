import { connectionName } from "@/api/connections";
import type { ApiError } from "@/api/errors";
import { exportAttributes, type JobKind } from "@/api/jobs";
import { versionName } from "@/api/names";
import { tagDefinitionName } from "@/api/tagDefinitions";
import type { Job, Selection } from "@/api/types";
import type { Words } from "@/words/words";

/** The kinds that people start; tag edits are made where files are labelled. */
export type NewJobKind = Exclude<JobKind, "tagEdit">;

export const newJobKinds: readonly NewJobKind[] = ["scan", "tag", "index", "export"];

export const modes = ["JOB_MODE_INCREMENTAL", "JOB_MODE_FULL"] as const;

/** A job as it stands in the form; ids where others have names. */
export interface JobDraft {
  readonly kind: NewJobKind;
  readonly dataset: string;
  readonly version: string;
  readonly connection: string;
  /** Empty for the first of the connection. */
  readonly model: string;
  readonly definition: string;
  readonly mode: (typeof modes)[number];
  readonly concurrency: string;
  readonly expression: string;
  readonly destination: string;
  readonly attributes: ReadonlySet<string>;
}

export const emptyDraft: JobDraft = {
  kind: "tag",
  dataset: "",
  version: "latest",
  connection: "",
  model: "",
  definition: "",
  mode: "JOB_MODE_INCREMENTAL",
  concurrency: "8",
  expression: "",
  destination: "",
  attributes: new Set(exportAttributes),
};

export type Problems = Partial<Readonly<Record<keyof JobDraft, string>>>;

/** What can be told before the API is asked. */
export function problemsOf(draft: JobDraft, words: Words["jobs"]["wrong"]): Problems {
  const { kind } = draft;
  const concurrency = Number(draft.concurrency);
  const isWhole = /^\d+$/.test(draft.concurrency.trim()) && concurrency >= 1 && concurrency <= 1000;
  return {
    ...(draft.dataset === "" && { dataset: words.needed }),
    ...(kind === "tag" && draft.connection === "" && { connection: words.needed }),
    ...(kind === "tag" && draft.definition === "" && { definition: words.needed }),
    ...((kind === "tag" || kind === "index") && !isWhole && { concurrency: words.concurrency }),
    ...(kind === "export" &&
      !/^(s3|oss|file):\/\//.test(draft.destination.trim()) && { destination: words.destination }),
    ...(kind === "export" && draft.attributes.size === 0 && { attributes: words.attributes }),
  };
}

/** What the API says is wrong with fields of the form. */
export function problemsIn(error: ApiError): Problems {
  const places: readonly (readonly [keyof JobDraft, string | undefined])[] = [
    ["version", error.at("job.version") ?? (error.reason === "VERSION_PUBLISHED" ? error.message : undefined)],
    ["connection", error.at("job.tag.modelConnection")],
    ["model", error.at("job.tag.model")],
    ["definition", error.at("job.tag.tagDefinition")],
    ["concurrency", error.at("job.tag.maxConcurrency", "job.index.maxConcurrency")],
    ["expression", error.reason === "QUERY_INVALID" ? error.message : error.at("query.expression")],
    ["destination", error.reason === "URI_INVALID" ? error.message : error.at("job.export.destinationUri")],
    ["attributes", error.at("job.export.filteredAttributes")],
  ];
  return Object.fromEntries(places.filter(([, problem]) => problem !== undefined));
}

/** What the API takes for a draft without problems; `selection` is for exports. */
export function jobOf(workspace: string, draft: JobDraft, selection: Selection | undefined): Job {
  const version = selection?.version ?? versionName({ workspace, dataset: draft.dataset, version: draft.version });
  const work = {
    maxConcurrency: Number(draft.concurrency),
    mode: draft.mode,
  };
  switch (draft.kind) {
    case "scan":
      return { version, scan: {} };
    case "tag":
      return {
        version,
        tag: {
          modelConnection: connectionName({ workspace, connection: draft.connection }),
          tagDefinition: tagDefinitionName({ workspace, tagDefinition: draft.definition }),
          ...(draft.model !== "" && { model: draft.model }),
          ...work,
        },
      };
    case "index":
      return { version, index: work };
    case "export":
      return {
        version,
        export: {
          destinationUri: draft.destination.trim(),
          ...(selection !== undefined && { selection }),
          ...(draft.attributes.size < exportAttributes.length && { filteredAttributes: [...draft.attributes] }),
        },
      };
  }
}
