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
/** A key that nothing took: the screen that will may still be on its way. */
let early: KeyboardEvent | undefined;
const EARLY_MS = 10_000;
const listeners = new Set<() => void>();

/**
 * Have a key do something while the component is there, also where it was the last thing that was pressed before it came. Keys
 * that are typed into a field or pressed in a dialog do nothing here.
 */
export function useShortcut({ key, command = false, label, run }: Shortcut): void {
  const runLatest = useEffectEvent(run);
  useEffect(() => {
    const shortcut: Shortcut = { key, command, label, run: (event) => runLatest(event) };
    show([...shown, shortcut]);
    const pressed = early;
    if (pressed !== undefined && isOf(shortcut, pressed) && performance.now() - pressed.timeStamp < EARLY_MS) {
      early = undefined;
      shortcut.run(pressed);
    }
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
  document.addEventListener("pointerdown", forget);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("pointerdown", forget);
    forget();
  };
}

function onKey(event: KeyboardEvent): void {
  forget();
  if (event.defaultPrevented || event.isComposing || event.altKey || isElsewhere(event.target)) return;
  // The one that came last is nearest to what is shown.
  const shortcut = shown.findLast((one) => isOf(one, event));
  if (shortcut === undefined) {
    early = event;
    return;
  }
  event.preventDefault();
  shortcut.run(event);
}

function isOf({ key, command = false }: Shortcut, event: KeyboardEvent): boolean {
  return key === event.key && command === (event.ctrlKey || event.metaKey);
}

function forget(): void {
  early = undefined;
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
