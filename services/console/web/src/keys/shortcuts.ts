import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/** A key that does something on the screen that is shown. */
export interface Shortcut {
  /** As `KeyboardEvent.key` says it: `/`, `x`, `?`, `ArrowLeft`, `Escape`. */
  readonly key: string;
  /** With Ctrl, or Command on a Mac. */
  readonly command?: boolean;
  /** What it does, for the list of keys. */
  readonly label: string;
  readonly run: (event: KeyboardEvent) => void;
}

let shown: readonly Shortcut[] = [];
const listeners = new Set<() => void>();

/** Have a key do something while the component is there. Keys that are typed into a field or pressed in a dialog do nothing here. */
export function useShortcut({ key, command = false, label, run }: Shortcut): void {
  const runLatest = useEffectEvent(run);
  useEffect(() => {
    const shortcut: Shortcut = { key, command, label, run: (event) => runLatest(event) };
    show([...shown, shortcut]);
    return () => show(shown.filter((other) => other !== shortcut));
  }, [key, command, label]);
}

/** All keys that do something now, for the help. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => shown);
}

/** Listen for keys; call the answer to stop. */
export function listenForShortcuts(): () => void {
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey || isElsewhere(event.target)) return;
  const command = event.ctrlKey || event.metaKey;
  // The one that came last is nearest to what is shown.
  const shortcut = shown.findLast((one) => one.key === event.key && (one.command ?? false) === command);
  if (shortcut === undefined) return;
  event.preventDefault();
  shortcut.run(event);
}

function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const editable = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true]";
  return target.closest(`${editable}, [role=dialog], [role=alertdialog], [role=menu], [role=listbox]`) !== null;
}

function show(shortcuts: readonly Shortcut[]): void {
  shown = shortcuts;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
