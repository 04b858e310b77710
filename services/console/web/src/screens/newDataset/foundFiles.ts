import { useEffect, useState } from "react";
import { isAbort } from "@/api/client";
import type { ConnectionIds } from "@/api/connections";
import { countFiles, type FoundFiles } from "@/api/storage";
import type { ImportFormat } from "@/api/types";

interface Count {
  /** Undefined until the first answer. */
  readonly found?: FoundFiles;
  readonly error?: Error;
}

// Nobody wants the count of a path that is being typed.
const pauseMilliseconds = 400;

/** Counts the files below a root; another root, or leaving the screen, ends the count. */
export function useFoundFiles(
  { workspace, connection }: ConnectionIds,
  uri: string,
  importFormat: ImportFormat,
): Count {
  const [count, setCount] = useState<Count>({});
  useEffect(() => {
    const ending = new AbortController();
    setCount({});
    const pause = setTimeout(() => {
      follow().catch((error: unknown) => {
        if (!ending.signal.aborted && !isAbort(error)) setCount({ error: error as Error });
      });
    }, pauseMilliseconds);

    async function follow() {
      for await (const found of countFiles({ workspace, connection }, uri, importFormat, ending.signal)) {
        if (ending.signal.aborted) return;
        setCount({ found });
      }
    }

    return () => {
      clearTimeout(pause);
      ending.abort();
    };
  }, [workspace, connection, uri, importFormat]);
  return count;
}
