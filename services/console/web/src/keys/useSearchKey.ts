import { useCallback, useRef } from "react";
import { useShortcut } from "./shortcuts";

/** What the focus can be given to. */
export interface Focusable {
  readonly focus: () => void;
}

/** `/` leads to a box: give the box the answer as its `ref`. Pressed before the box is there, it leads there once it is. */
export function useSearchKey(label: string): (box: Focusable | null) => void {
  const box = useRef<Focusable>(null);
  const isWanted = useRef(false);
  useShortcut({
    key: "/",
    label,
    run: () => {
      if (box.current === null) isWanted.current = true;
      else box.current.focus();
    },
  });
  return useCallback((next) => {
    box.current = next;
    if (next === null || !isWanted.current) return;
    isWanted.current = false;
    next.focus();
  }, []);
}
