import type { components } from "./schema";

/** The stable reasons of the API. A newer one may answer with others. */
export type Reason = components["schemas"]["ProblemReason"];

/** A call that failed, as the API's problem document (RFC 9457) tells it. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    /** Stable reason, a name of `ErrorReason` without its prefix; `NO_ANSWER` where no answer came. */
    readonly reason: string,
    message: string,
    /** What the reason's metadata says, like `field` and `expected`. */
    readonly metadata: Readonly<Record<string, string>> = {},
    /** What is wrong with fields of the request, by their places in lowerCamelCase, like `dataset.rootUri`. */
    readonly fields: ReadonlyMap<string, string> = new Map(),
  ) {
    super(message);
  }

  /** What is wrong with a field of the request, by its place or the end of it: `rootUri` is `dataset.rootUri` too. */
  at(...names: readonly string[]): string | undefined {
    for (const [place, message] of this.fields) {
      if (names.some((name) => place === name || place.endsWith(`.${name}`))) return message;
    }
    return undefined;
  }
}

/** The error that an answer with a status of 400 or more stands for. */
export async function problemOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    return problemFrom(JSON.parse(text), response.status);
  } catch {
    return new ApiError(response.status, "INTERNAL", text.slice(0, 500) || response.statusText);
  }
}

/** The error of a problem document; `status` is the one to take where the document has none. */
export function problemFrom(document: unknown, status: number): ApiError {
  const problem = asRecord(document);
  const reason = textOf(problem["reason"]).replace(/^ERROR_REASON_/, "") || "INTERNAL";
  const message = textOf(problem["detail"]) || textOf(problem["title"]) || reason;
  const metadata = Object.fromEntries(Object.entries(asRecord(problem["metadata"])).map(([k, v]) => [k, textOf(v)]));
  const found = typeof problem["status"] === "number" ? problem["status"] : status;
  return new ApiError(found, reason, message, metadata, fieldsOf(problem["violations"]));
}

export function noAnswer(cause: unknown): ApiError {
  return new ApiError(0, "NO_ANSWER", cause instanceof Error ? cause.message : String(cause));
}

function fieldsOf(violations: unknown): Map<string, string> {
  const fields = (Array.isArray(violations) ? violations : []).map(asRecord);
  return new Map(fields.map(({ field, description }) => [textOf(field), textOf(description)]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
