import { useEffect, useReducer, useRef, useState } from "react";
import { followLog, type JobIds } from "@/api/jobs";
import { readThrough } from "@/api/reconnect";
import type { JobLogLine } from "@/api/types";

/** So many lines are kept on the page; a log may be longer. */
export const linesKept = 5_000;

export type LogState = "reading" | "paused" | "reconnecting" | "ended";

export interface JobLog {
  readonly lines: readonly JobLogLine[];
  readonly isCut: boolean;
  readonly state: LogState;
  readonly error: Error | null;
}

interface Kept {
  readonly lines: readonly JobLogLine[];
  readonly isCut: boolean;
}

/** The log of a job as it comes. Paused, it reads nothing; afterwards it goes on behind the last line that it has. */
export function useJobLog({ workspace, job }: JobIds, follows: boolean): JobLog {
  const [kept, add] = useReducer(withLines, { lines: [], isCut: false });
  const [state, setState] = useState<LogState>("reading");
  const [error, setError] = useState<Error | null>(null);
  const last = useRef("0");

  useEffect(() => {
    if (!follows) return;
    const reading = new AbortController();
    const read = async (signal: AbortSignal) => {
      for await (const lines of followLog({ workspace, job }, last.current, signal)) {
        setState("reading");
        // A stream that is read again may begin with what is there already.
        const fresh = lines.filter(({ sequence }) => BigInt(sequence ?? 0) > BigInt(last.current));
        last.current = fresh.at(-1)?.sequence ?? last.current;
        add(fresh);
      }
      if (!signal.aborted) setState("ended");
    };
    setState((before) => (before === "ended" ? before : "reading"));
    setError(null);
    readThrough({ read, signal: reading.signal, onBreak: () => setState("reconnecting") }).catch(setError);
    return () => reading.abort();
  }, [workspace, job, follows]);

  return { ...kept, state: follows || state === "ended" ? state : "paused", error };
}

function withLines(before: Kept, fresh: readonly JobLogLine[]): Kept {
  if (fresh.length === 0) return before;
  const lines = [...before.lines, ...fresh];
  return { lines: lines.slice(-linesKept), isCut: before.isCut || lines.length > linesKept };
}
