import { useSyncExternalStore } from "react";

export type Scheme = "system" | "light" | "dark";

export const schemes: readonly Scheme[] = ["system", "light", "dark"];

const key = "bowerbird.scheme";
const listeners = new Set<() => void>();

/** The scheme that was chosen here; `system` follows the machine's. */
export function chosenScheme(): Scheme {
  const kept = localStorage.getItem(key);
  return schemes.find((scheme) => scheme === kept) ?? "system";
}

export function chooseScheme(scheme: Scheme): void {
  localStorage.setItem(key, scheme);
  showScheme();
  for (const listener of listeners) listener();
}

/** Make the page follow the choice; called once before anything is drawn. */
export function showScheme(): void {
  document.documentElement.dataset["scheme"] = chosenScheme();
}

export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, chosenScheme);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
