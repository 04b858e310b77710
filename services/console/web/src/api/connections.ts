import { infiniteQueryOptions, queryOptions, skipToken } from "@tanstack/react-query";
import { answerOf, api } from "./client";
import { idIn } from "./names";
import { allPages } from "./pages";
import type { Connection, ModelProtocol } from "./types";

export interface ConnectionIds {
  readonly workspace: string;
  readonly connection: string;
}

/** What a connection leads to: the field of `Connection` that is set. */
export type ConnectionKind = "s3" | "folder" | "modelService" | "pgvector";

export const connectionKinds: readonly ConnectionKind[] = ["s3", "folder", "modelService", "pgvector"];

/** What came of trying a connection, and which state of it was tried. */
export interface Trial {
  readonly works: boolean;
  readonly message: string;
  /** When it was tried, in milliseconds since 1970. */
  readonly at: number;
  readonly etag: string | undefined;
}

/** A trial itself ends after 30 s and then says so. */
const trialSeconds = "40";

export function connectionKind(connection: Connection): ConnectionKind | undefined {
  return connectionKinds.find((kind) => connection[kind] !== undefined);
}

/** Whether it leads to a model service that speaks one of these protocols. */
export function speaks(connection: Connection, ...protocols: readonly ModelProtocol[]): boolean {
  return protocols.some((protocol) => connection.modelService?.protocol === protocol);
}

export function connectionIds(name: string): ConnectionIds {
  return { workspace: idIn(name, "workspaces"), connection: idIn(name, "connections") };
}

export function connectionName({ workspace, connection }: ConnectionIds): string {
  return `workspaces/${workspace}/connections/${connection}`;
}

/** All connections of a workspace, by id. */
export function connectionsQuery(workspace: string) {
  return queryOptions({
    queryKey: ["connections", workspace],
    queryFn: ({ signal }) =>
      allPages(async (pageToken) => {
        const query = { pageSize: 1000, ...(pageToken !== undefined && { pageToken }) };
        const answer = await answerOf(
          api.GET("/v1/workspaces/{workspace}/connections", { params: { path: { workspace }, query }, signal }),
        );
        return { items: answer.connections ?? [], next: answer.nextPageToken };
      }),
  });
}

export function connectionQuery(ids: ConnectionIds) {
  return queryOptions({
    queryKey: ["connection", ids.workspace, ids.connection],
    queryFn: async ({ signal }) => {
      const path = "/v1/workspaces/{workspace}/connections/{connection}";
      return (await answerOf(api.GET(path, { params: { path: ids }, signal }))).connection ?? {};
    },
  });
}

/** Names of the datasets and index sets that need a connection, page by page. */
export function usesQuery(ids: ConnectionIds) {
  return infiniteQueryOptions({
    queryKey: ["connection", ids.workspace, ids.connection, "uses"],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === "" ? {} : { pageToken: pageParam };
      const path = "/v1/workspaces/{workspace}/connections/{connection}:listUses";
      return answerOf(api.GET(path, { params: { path: ids, query }, signal }));
    },
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

/** The last trial of a connection from this page; the suite keeps none. Set by whoever tries it. */
export function trialQuery(ids: ConnectionIds) {
  return queryOptions<Trial>({
    queryKey: ["connection-trial", ids.workspace, ids.connection],
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

export async function createConnection(
  workspace: string,
  connectionId: string,
  connection: Connection,
): Promise<Connection> {
  const call = api.POST("/v1/workspaces/{workspace}/connections", {
    params: { path: { workspace }, query: { connectionId } },
    body: connection,
  });
  return (await answerOf(call)).connection ?? {};
}

/** Changes the display name and the config. A config without its secret keeps the secret; with an etag, only the state that was seen is changed. */
export async function updateConnection(ids: ConnectionIds, connection: Connection): Promise<Connection> {
  const kind = connectionKind(connection);
  const call = api.PATCH("/v1/workspaces/{workspace}/connections/{connection}", {
    params: { path: ids, query: { updateMask: ["displayName", ...(kind === undefined ? [] : [kind])].join(",") } },
    body: connection,
  });
  return (await answerOf(call)).connection ?? {};
}

export async function deleteConnection(ids: ConnectionIds): Promise<void> {
  await api.DELETE("/v1/workspaces/{workspace}/connections/{connection}", { params: { path: ids } });
}

/** Signs in, and asks a model service for its cheapest answer; `uri` is a bucket or prefix to list. */
export async function testConnection(ids: ConnectionIds, etag: string | undefined, uri: string): Promise<Trial> {
  const call = api.POST("/v1/workspaces/{workspace}/connections/{connection}:test", {
    params: { path: ids },
    body: uri === "" ? {} : { uri },
    headers: { "X-Request-Timeout": trialSeconds },
  });
  const { works = false, message = "" } = await answerOf(call);
  return { works, message, at: Date.now(), etag };
}
