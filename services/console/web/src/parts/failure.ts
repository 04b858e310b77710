import { ApiError } from "@/api/errors";
import type { Words } from "@/words/words";

/** What to tell a person of something that failed. */
export function failureText(error: Error, words: Words): string {
  const failure = words.frame.failure;
  if (!(error instanceof ApiError)) return failure.crash;
  if (error.status === 0) return failure.offline;
  if (error.reason === "SERVICE_UNAVAILABLE") return failure.unavailable;
  return error.message;
}
