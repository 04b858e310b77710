import { useSyncExternalStore } from "react";

const key = "bowerbird.examples";
const HIDDEN = "hidden";
const listeners = new Set<() => void>();

/** Whether this browser shows searches to try: until somebody has hidden them. */
export function useExamplesShown(): boolean {
  return useSyncExternalStore(subscribe, () => localStorage.getItem(key) !== HIDDEN);
}

export function showExamples(shown: boolean): void {
  if (shown) localStorage.removeItem(key);
  else localStorage.setItem(key, HIDDEN);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
