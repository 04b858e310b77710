import { isAbort } from "./client";
import { ApiError } from "./errors";

const pauses_ms = [1_000, 2_000, 5_000, 10_000] as const;

interface Reading {
  /** Reads a stream to its end; called again after it broke off. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** It broke off, and is read again after a pause. */
  readonly onBreak: () => void;
  /** How long to wait after so many breaks without a word in between; for tests. */
  readonly pauses?: readonly number[];
}

/** Reads a stream to its end through breaks of the connection. Throws what asking again does not help against; returns when aborted. */
export async function readThrough({ read, signal, onBreak, pauses = pauses_ms }: Reading): Promise<void> {
  for (let breaks = 0; !signal.aborted; breaks += 1) {
    const begun = Date.now();
    try {
      await read(signal);
      return;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!mayPass(error)) throw error;
    }
    // A stream that had lasted begins with the short pause.
    if (Date.now() - begun > 30_000) breaks = 0;
    onBreak();
    await pause(pauses[Math.min(breaks, pauses.length - 1)] ?? 0, signal);
  }
}

/** Whether a stream that ends so may go on: what breaks a connection in the middle is no error of the API. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 502;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
