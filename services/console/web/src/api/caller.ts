import { answerOf, api } from "./client";
import type { Caller } from "./types";

/** Whose a token is; it signs nobody in. Throws `ApiError` with `UNAUTHENTICATED` if it is unknown or has expired. */
export async function callerOf(token: string): Promise<Caller> {
  const headers = { Authorization: `Bearer ${token}` };
  return (await answerOf(api.GET("/v1/caller", { headers }))).caller ?? {};
}
