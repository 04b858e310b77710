import { ApiError } from "@/api/errors";
import type { ContentType, Dataset, DatasetKind, ImportFormat } from "@/api/types";
import type { Labels } from "@/parts/LabelsField";
import type { Words } from "@/words/words";

/** What the form holds. */
export interface Draft {
  /** Empty while nobody has typed one: it then follows the root. */
  readonly id: string;
  readonly displayName: string;
  readonly kind: DatasetKind;
  readonly contentType: ContentType;
  /** Resource name of a connection to object storage. */
  readonly connection: string;
  readonly rootUri: string;
  readonly importFormat: ImportFormat;
  readonly mountPath: string;
  readonly description: string;
  readonly labels: Labels;
  /** Find its files as soon as it is there. */
  readonly scan: boolean;
}

/** What may be chosen: all that the contract has. */
export const datasetKinds: readonly DatasetKind[] = ["KIND_PREMIUM", "KIND_LOGICAL"];
export const contentTypes: readonly ContentType[] = ["CONTENT_TYPE_IMAGE"];

export type Mistakes = { readonly [Key in keyof Draft]?: string | undefined };

export const emptyDraft: Draft = {
  id: "",
  displayName: "",
  kind: "KIND_PREMIUM",
  contentType: "CONTENT_TYPE_IMAGE",
  connection: "",
  rootUri: "",
  importFormat: "IMPORT_FORMAT_FOLDER",
  mountPath: "",
  description: "",
  labels: [],
  scan: true,
};

/** Whether it has a path of its own. */
export function hasRoot({ kind }: Draft): boolean {
  return kind === "KIND_PREMIUM";
}

/** The id that was typed, else one made of the last folder of the root; empty where that has no letter. */
export function idOfDraft(draft: Draft): string {
  if (draft.id !== "" || !hasRoot(draft)) return draft.id;
  const last =
    draft.rootUri
      .replace(/^[a-z0-9]+:\/+/, "")
      .split("/")
      .filter(Boolean)
      .at(-1) ?? "";
  return last
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "")
    .slice(0, 127);
}

/** What the form itself can see; what else is wrong, the API says. */
export function mistakesIn(draft: Draft, words: Words["newDataset"]): Mistakes {
  return {
    id: /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/.test(idOfDraft(draft)) ? undefined : words.mistakes.id,
    connection: hasRoot(draft) && draft.connection === "" ? words.mistakes.connection : undefined,
    rootUri: hasRoot(draft) && draft.rootUri.trim() === "" ? words.mistakes.rootUri : undefined,
  };
}

const aboutTheRoot = new Set([
  "URI_INVALID",
  "BUCKET_NOT_FOUND",
  "OBJECT_NOT_FOUND",
  "STORAGE_ACCESS_DENIED",
  "STORAGE_FAILED",
]);

/** What the API found wrong, at the fields that it is about. */
export function mistakesOf(error: Error | null): Mistakes {
  if (!(error instanceof ApiError)) return {};
  return {
    id: error.reason === "ALREADY_EXISTS" ? error.message : error.at("datasetId"),
    displayName: error.at("displayName"),
    kind: error.at("kind"),
    contentType: error.at("contentType"),
    connection: error.at("storageConnection"),
    rootUri: aboutTheRoot.has(error.reason) ? error.message : error.at("rootUri", "importFormat"),
    mountPath: error.at("mountPath"),
    description: error.at("description"),
    labels: [...error.fields].find(([place]) => place.startsWith("dataset.labels"))?.[1],
  };
}

/** The dataset to make. */
export function datasetOf(draft: Draft): Dataset {
  return {
    kind: draft.kind,
    contentType: draft.contentType,
    ...(hasRoot(draft) && {
      storageConnection: draft.connection,
      rootUri: draft.rootUri.trim(),
      importFormat: draft.importFormat,
    }),
    ...(draft.displayName.trim() !== "" && { displayName: draft.displayName.trim() }),
    ...(draft.mountPath.trim() !== "" && { mountPath: draft.mountPath.trim() }),
    ...(draft.description.trim() !== "" && { description: draft.description.trim() }),
    labels: Object.fromEntries(draft.labels.filter(({ key }) => key !== "").map(({ key, value }) => [key, value])),
  };
}
