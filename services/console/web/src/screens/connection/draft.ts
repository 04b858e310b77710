import { type ConnectionKind, connectionKind } from "@/api/connections";
import { idOf } from "@/api/names";
import type { Connection, ModelProtocol } from "@/api/types";

export type Addressing = "AUTO" | "ADDRESSING_STYLE_PATH" | "ADDRESSING_STYLE_VIRTUAL";

export interface ModelDraft {
  readonly model: string;
  /** As it is typed; empty where the service decides. */
  readonly dimension: string;
}

/** A connection as it stands in the form: all as text, the fields of every kind side by side. */
export interface ConnectionDraft {
  readonly kind: ConnectionKind;
  readonly id: string;
  readonly displayName: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly addressing: Addressing;
  readonly root: string;
  readonly baseUrl: string;
  readonly protocol: ModelProtocol;
  readonly models: readonly ModelDraft[];
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly username: string;
  /** The new secret; empty to keep the one that is kept. */
  readonly secret: string;
}

export function emptyDraft(kind: ConnectionKind): ConnectionDraft {
  return {
    kind,
    id: "",
    displayName: "",
    endpoint: "",
    region: "",
    accessKeyId: "",
    addressing: "AUTO",
    root: "",
    baseUrl: "",
    protocol: "PROTOCOL_OPENAI_CHAT",
    models: [{ model: "", dimension: "" }],
    host: "",
    port: "5432",
    database: "",
    username: "",
    secret: "",
  };
}

export function draftOf(connection: Connection): ConnectionDraft {
  const { s3, folder, modelService, pgvector } = connection;
  const models = (modelService?.models ?? []).map(({ model = "", dimension = 0 }) => ({
    model,
    dimension: dimension === 0 ? "" : String(dimension),
  }));
  const empty = emptyDraft(connectionKind(connection) ?? "s3");
  return {
    ...empty,
    id: idOf(connection.name),
    displayName: titleOf(connection),
    endpoint: s3?.endpoint ?? "",
    region: s3?.region ?? "",
    accessKeyId: s3?.accessKeyId ?? "",
    addressing: s3?.addressingStyle ?? "AUTO",
    root: folder?.root ?? "",
    baseUrl: modelService?.baseUrl ?? "",
    protocol: modelService?.protocol ?? empty.protocol,
    models: models.length === 0 ? empty.models : models,
    host: pgvector?.host ?? "",
    port: String(pgvector?.port || empty.port),
    database: pgvector?.database ?? "",
    username: pgvector?.username ?? "",
  };
}

/** The display name that was given; the API puts the id where there is none. */
export function titleOf(connection: Connection): string {
  return connection.displayName === idOf(connection.name) ? "" : (connection.displayName ?? "");
}

/** What the API takes for a draft without problems. */
export function connectionOf(draft: ConnectionDraft): Connection {
  const displayName = draft.displayName.trim();
  switch (draft.kind) {
    case "s3":
      return {
        displayName,
        s3: {
          endpoint: withScheme(draft.endpoint),
          region: draft.region.trim(),
          accessKeyId: draft.accessKeyId.trim(),
          ...(draft.secret !== "" && { secretAccessKey: draft.secret }),
          ...(draft.addressing !== "AUTO" && { addressingStyle: draft.addressing }),
        },
      };
    case "folder":
      return { displayName, folder: { root: draft.root.trim() } };
    case "modelService":
      return {
        displayName,
        modelService: {
          baseUrl: withScheme(draft.baseUrl),
          protocol: draft.protocol,
          ...(draft.secret !== "" && { apiKey: draft.secret }),
          models: draft.models
            .filter(({ model }) => model.trim() !== "")
            .map(({ model, dimension }) => ({ model: model.trim(), dimension: Number(dimension || 0) })),
        },
      };
    case "pgvector":
      return {
        displayName,
        pgvector: {
          host: draft.host.trim(),
          port: Number(draft.port || 5432),
          database: draft.database.trim(),
          username: draft.username.trim(),
          ...(draft.secret !== "" && { password: draft.secret }),
        },
      };
  }
}

/** Endpoints are often written without their scheme, `oss-cn-hangzhou.aliyuncs.com`. */
export function withScheme(address: string): string {
  const text = address.trim();
  return text === "" || text.includes("://") ? text : `https://${text}`;
}
