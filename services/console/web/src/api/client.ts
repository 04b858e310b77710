import createClient, { type Middleware } from "openapi-fetch";
import { noAnswer, problemOf } from "./errors";
import type { paths } from "./schema";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/** Proof that a call comes from this page: another site cannot set the header. */
export const proof = { "X-Bowerbird-CSRF": "1" };

const habits: Middleware = {
  onRequest({ request }) {
    if (!safe.has(request.method)) for (const [name, value] of Object.entries(proof)) request.headers.set(name, value);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
  onError({ error }) {
    return isAbort(error) ? undefined : noAnswer(error);
  },
};

/** The API by its routes. A call ends in its answer or throws `ApiError`; take the answer out with `answerOf`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => fetch(request) });
api.use(habits);

/** The body of a call's answer. */
export async function answerOf<Body>(call: Promise<{ data?: Body }>): Promise<NonNullable<Body>> {
  const { data } = await call;
  if (data === undefined || data === null) throw noAnswer("the answer has no body");
  return data;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
