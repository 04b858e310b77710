import type { ConnectionKind } from "@/api/connections";
import type { ConnectionDraft, ModelDraft } from "./draft";

/** What a pasted config fills in, and which of its keys say nothing to this kind of connection. */
export interface Pasted {
  readonly filled: Partial<ConnectionDraft>;
  readonly unread: readonly string[];
}

type TextField = Exclude<keyof ConnectionDraft, "kind" | "addressing" | "protocol" | "models">;

/** The spellings under which configs of clouds and clients name a field; letters and digits alone count. */
const spellings: Readonly<Record<ConnectionKind, Partial<Readonly<Record<TextField, readonly string[]>>>>> = {
  s3: {
    endpoint: ["endpoint", "endpointurl", "url"],
    region: ["region", "regionid", "regionname"],
    accessKeyId: ["accesskeyid", "accesskey", "accessid", "awsaccesskeyid", "user"],
    secret: ["secretaccesskey", "accesskeysecret", "secretkey", "awssecretaccesskey", "secret", "password"],
  },
  folder: { root: ["root", "path", "folder", "directory"] },
  modelService: {
    baseUrl: ["baseurl", "url", "endpoint", "uri", "apibase"],
    secret: ["apikey", "token", "key", "accesstoken"],
  },
  pgvector: {
    host: ["host", "hostname", "endpoint"],
    port: ["port"],
    database: ["database", "dbname", "db"],
    username: ["username", "user", "accessid", "accesskeyid"],
    secret: ["password", "accesskey", "accesskeysecret"],
  },
};

/** Parts of a config that hold fields of their own, as the API of PAI has them. */
const wrappers = new Set(["config", "configs", "secrets", "connection"]);

/** Reads a config in JSON in any of its spellings. Throws SyntaxError if it is none. */
export function readPasted(text: string, kind: ConnectionKind): Pasted {
  const document: unknown = JSON.parse(text);
  if (!isRecord(document)) throw new SyntaxError("expected an object");
  const given = new Map(flattened(document));
  const read = new Set<string>();
  const filled: { -readonly [Field in keyof ConnectionDraft]?: ConnectionDraft[Field] } = {};
  for (const [field, names] of Object.entries(spellings[kind]) as [TextField, readonly string[]][]) {
    const key = [...given.keys()]
      .filter((one) => names.includes(plain(one)))
      .sort((one, other) => names.indexOf(plain(one)) - names.indexOf(plain(other)))
      .find((one) => isScalar(given.get(one)));
    if (key === undefined) continue;
    read.add(key);
    filled[field] = String(given.get(key));
  }
  if (kind === "modelService") {
    const models = modelsIn(given, read);
    if (models.length > 0) filled.models = models;
  }
  if (kind === "pgvector") Object.assign(filled, databaseIn(given, read));
  return { filled, unread: [...given.keys()].filter((key) => !read.has(key)) };
}

function flattened(document: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(document).flatMap(([key, value]): [string, unknown][] => {
    if (!wrappers.has(plain(key))) return [[key, value]];
    if (Array.isArray(value)) return value.filter(isRecord).flatMap(pairOf);
    return isRecord(value) ? flattened(value) : [[key, value]];
  });
}

/** `{"Key": "endpoint", "Value": "..."}` */
function pairOf(item: Readonly<Record<string, unknown>>): [string, unknown][] {
  const part = (name: string) => Object.entries(item).find(([key]) => plain(key) === name)?.[1];
  const key = part("key") ?? part("name");
  return typeof key === "string" ? [[key, part("value")]] : [];
}

function modelsIn(given: ReadonlyMap<string, unknown>, read: Set<string>): ModelDraft[] {
  for (const [key, value] of given) {
    if (!["models", "model", "modelname", "modelid"].includes(plain(key))) continue;
    read.add(key);
    return (Array.isArray(value) ? value : [value]).flatMap(modelOf);
  }
  return [];
}

function modelOf(value: unknown): ModelDraft[] {
  if (typeof value === "string") return [{ model: value, dimension: "" }];
  if (!isRecord(value)) return [];
  const part = (...names: readonly string[]) =>
    Object.entries(value).find(([key, one]) => names.includes(plain(key)) && isScalar(one))?.[1];
  const model = part("model", "modelname", "modelid", "name");
  return model === undefined ? [] : [{ model: String(model), dimension: String(part("dimension", "dim") ?? "") }];
}

/** An address such as `postgresql://user@host:5432/vectors` has all in one. */
function databaseIn(given: ReadonlyMap<string, unknown>, read: Set<string>): Partial<ConnectionDraft> {
  for (const [key, value] of given) {
    if (!["uri", "url", "dsn", "databaseurl"].includes(plain(key)) || typeof value !== "string") continue;
    const address = URL.parse(value);
    if (address === null || !["postgres:", "postgresql:"].includes(address.protocol)) continue;
    read.add(key);
    return {
      host: address.hostname,
      ...(address.port !== "" && { port: address.port }),
      database: decodeURIComponent(address.pathname.slice(1)),
      ...(address.username !== "" && { username: decodeURIComponent(address.username) }),
      ...(address.password !== "" && { secret: decodeURIComponent(address.password) }),
    };
  }
  return {};
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
