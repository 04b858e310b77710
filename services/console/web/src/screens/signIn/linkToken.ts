import { useSyncExternalStore } from "react";

/**
 * A link to the sign-in may bring a token along behind its `#`, which no browser sends to a server:
 * `/sign-in?to=/datasets#token=...`. It is kept here, and nowhere else, from when it is taken out of the address until the
 * screen signs in by it.
 */
let brought: string | undefined;
const listeners = new Set<() => void>();

/** The token in the fragment of an address. */
export function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash).get("token") ?? undefined;
}

/** Keep the token of a link for the screen. */
export function bringToken(token: string): void {
  keep(token);
}

/** The token of a link, once. */
export function takeToken(): string | undefined {
  const token = brought;
  keep(undefined);
  return token;
}

/** Whether a link has brought a token that nobody has taken yet. */
export function useBroughtToken(): boolean {
  return useSyncExternalStore(subscribe, () => brought !== undefined);
}

function keep(token: string | undefined): void {
  brought = token;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
