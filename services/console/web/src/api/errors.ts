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
    /** What is wrong with fields of the request, by the field's name in lowerCamelCase. */
    readonly fields: ReadonlyMap<string, string> = new Map(),
  ) {
    super(message);
  }

  /** What is wrong with one of these fields of the request, if it is one of them. */
  at(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const message = this.fields.get(name);
      if (message !== undefined) return message;
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
  return new ApiError(found, reason, message, metadata, fieldsOf(metadata, message));
}

export function noAnswer(cause: unknown): ApiError {
  return new ApiError(0, "NO_ANSWER", cause instanceof Error ? cause.message : String(cause));
}

function fieldsOf(metadata: Readonly<Record<string, string>>, message: string): Map<string, string> {
  const field = metadata["field"];
  return field === undefined ? new Map() : new Map([[inLowerCamelCase(field), message]]);
}

function inLowerCamelCase(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
