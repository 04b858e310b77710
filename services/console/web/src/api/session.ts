import { queryOptions } from "@tanstack/react-query";
import { proof } from "./client";
import { noAnswer, problemOf } from "./errors";
import { idOf } from "./names";

export type Role = "ROLE_VIEWER" | "ROLE_EDITOR" | "ROLE_ADMIN";

/** Who is signed in. */
export interface Session {
  /** Id of the workspace. */
  readonly workspace: string;
  readonly role: Role;
  /** Resource name of the token. */
  readonly subject: string;
  /** When the token stops working; absent if it never does. */
  readonly expireTime?: string;
}

const ranks: Readonly<Record<Role, number>> = { ROLE_VIEWER: 1, ROLE_EDITOR: 2, ROLE_ADMIN: 3 };

/** Whether a caller may do what needs a role: each may do what the one before it may. */
export function may(session: Session, role: Role): boolean {
  return ranks[session.role] >= ranks[role];
}

/** The session of this browser; null where nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => currentSession(signal),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Sign in with a token. Throws `ApiError` with `UNAUTHENTICATED` if it is unknown or has expired. */
export async function signIn(token: string): Promise<Session> {
  return sessionOf(
    await sent("POST", { body: JSON.stringify({ token }), headers: { ...proof, "Content-Type": "application/json" } }),
  );
}

export async function signOut(): Promise<void> {
  await sent("DELETE", { headers: proof });
}

async function currentSession(signal: AbortSignal): Promise<Session | null> {
  const response = await sent("GET", { signal });
  return response.status === 204 ? null : sessionOf(response);
}

async function sent(method: string, init: RequestInit): Promise<Response> {
  const response = await fetch("/session", { method, ...init }).catch((error: unknown) => {
    throw noAnswer(error);
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function sessionOf(response: Response): Promise<Session> {
  const session = (await response.json()) as Session;
  return { ...session, workspace: idOf(session.workspace) };
}
