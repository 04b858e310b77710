import type { ApiError } from "@/api/errors";
import type { Words } from "@/words/words";
import { type ConnectionDraft, withScheme } from "./draft";

/** What is wrong with the fields of a draft, by the field. */
export type Problems = Partial<Readonly<Record<keyof ConnectionDraft, string>>>;

const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;

/** What can be told before the API is asked; it checks the rest, such as which addresses are allowed. */
export function problemsOf(draft: ConnectionDraft, words: Words["connections"]): Problems {
  const wrong = words.wrong;
  const found: Partial<Record<keyof ConnectionDraft, string>> = {};
  const need = (...fields: readonly (keyof ConnectionDraft & ("root" | "host" | "database" | "username"))[]) => {
    for (const field of fields) if (draft[field].trim() === "") found[field] = wrong.empty;
  };
  if (!id.test(draft.id)) found.id = draft.id === "" ? wrong.empty : wrong.id;
  switch (draft.kind) {
    case "s3":
      if (draft.endpoint.trim() !== "" && !isAddress(draft.endpoint, false)) found.endpoint = wrong.endpoint;
      break;
    case "folder":
      need("root");
      if (found.root === undefined && !draft.root.trim().startsWith("/")) found.root = wrong.root;
      break;
    case "modelService":
      if (!isAddress(draft.baseUrl, true)) found.baseUrl = draft.baseUrl.trim() === "" ? wrong.empty : wrong.address;
      Object.assign(found, problemOfModels(draft, words));
      break;
    case "pgvector":
      need("host", "database", "username");
      if (!isWhole(draft.port, 1, 65_535)) found.port = wrong.port;
  }
  return found;
}

/** What the API says is wrong with fields of the form. */
export function problemsIn(error: ApiError): Problems {
  const places: Partial<Record<keyof ConnectionDraft, readonly string[]>> = {
    id: ["connectionId"],
    displayName: ["connection.displayName"],
    endpoint: ["connection.s3.endpoint"],
    region: ["connection.s3.region"],
    accessKeyId: ["connection.s3.accessKeyId"],
    root: ["connection.folder.root"],
    baseUrl: ["connection.modelService.baseUrl"],
    protocol: ["connection.modelService.protocol"],
    models: [
      "connection.modelService.models",
      "connection.modelService.models.model",
      "connection.modelService.models.dimension",
    ],
    host: ["connection.pgvector.host"],
    port: ["connection.pgvector.port"],
    database: ["connection.pgvector.database"],
    username: ["connection.pgvector.username"],
    secret: ["connection.s3.secretAccessKey", "connection.modelService.apiKey", "connection.pgvector.password"],
  };
  const told = Object.entries(places).map(([field, names]) => [field, error.at(...names)] as const);
  const found: Problems = Object.fromEntries(told.filter(([, problem]) => problem !== undefined));
  return error.reason === "ALREADY_EXISTS" ? { ...found, id: error.message } : found;
}

function problemOfModels(draft: ConnectionDraft, words: Words["connections"]): Problems {
  const names = draft.models.map(({ model }) => model.trim()).filter((model) => model !== "");
  if (names.length === 0) return { models: words.wrong.noModel };
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return { models: words.wrong.modelTwice(twice) };
  const odd = draft.models.find(({ dimension }) => dimension.trim() !== "" && !isWhole(dimension, 1, 65_535));
  return odd === undefined ? {} : { models: words.wrong.dimension(odd.dimension) };
}

function isAddress(text: string, withPath: boolean): boolean {
  const address = URL.parse(withScheme(text));
  if (address === null || !["http:", "https:"].includes(address.protocol) || address.username !== "") return false;
  return withPath || (address.pathname === "/" && address.search === "");
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}
