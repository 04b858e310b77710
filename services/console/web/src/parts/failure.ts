import { ApiError } from "@/api/errors";
import type { Words } from "@/words/words";

interface Failure {
  readonly text: string;
  /** The service's own message, where the text is not that. */
  readonly detail?: string;
}

/** What to tell a person of something that failed. */
export function failureOf(error: Error, words: Words): Failure {
  const failure = words.frame.failure;
  if (!(error instanceof ApiError)) return { text: failure.crash };
  if (error.status === 0) return { text: failure.offline };
  if (error.reason === "SERVICE_UNAVAILABLE") return { text: failure.unavailable };
  const text = failure.sentenceOf(error.reason, error.metadata);
  return text === undefined ? { text: error.message } : { text, detail: error.message };
}

/** The same in one text. */
export function failureText(error: Error, words: Words): string {
  const { text, detail } = failureOf(error, words);
  return detail === undefined ? text : `${text} ${detail}`;
}
