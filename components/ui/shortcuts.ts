"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";
import { isTyping } from "./panel-view";

export type Shortcut = {
  /** "?", "g o" (one after the other), "mod+k" (Ctrl, or Cmd on a Mac). */
  keys: string;
  /** What it does, for the list of keys: "Go to Alerts". */
  label: string;
  /** Heading in the list: "Go to", "Charts". */
  group: string;
  /** Absent for keys that something else handles and that are only listed. */
  run?: () => void;
};

/** A second key later than this starts anew. */
const SEQUENCE_MS = 1200;

let shortcuts: readonly Shortcut[] = [];
const listeners = new Set<() => void>();
let prefix: string | null = null;
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

function publish(next: readonly Shortcut[]): void {
  if (shortcuts.length === 0 && next.length > 0) document.addEventListener("keydown", onKeyDown);
  if (next.length === 0) document.removeEventListener("keydown", onKeyDown);
  shortcuts = next;
  for (const listener of listeners) listener();
}

function forgetPrefix(): void {
  prefix = null;
  clearTimeout(prefixTimer);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.repeat) return;
  if (["Shift", "Control", "Meta"].includes(event.key)) return;
  const mod = event.ctrlKey || event.metaKey;
  const pressed = `${mod ? "mod+" : ""}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
  // Letters belong to fields, and to the menu or dialog that is open.
  if (
    !mod &&
    (isTyping(event.target) || document.querySelector('[role="dialog"],[role="menu"],[role="listbox"]'))
  ) {
    return;
  }
  const sequence = prefix === null ? pressed : `${prefix} ${pressed}`;
  forgetPrefix();
  // The latest registered wins: what a page adds goes before what the shell offers.
  const found = shortcuts.findLast((shortcut) => shortcut.keys === sequence && shortcut.run);
  if (found?.run) {
    event.preventDefault();
    found.run();
    return;
  }
  if (shortcuts.some((shortcut) => shortcut.run && shortcut.keys.startsWith(`${pressed} `))) {
    prefix = pressed;
    prefixTimer = setTimeout(forgetPrefix, SEQUENCE_MS);
  }
}

/** Adds keys for as long as the component is mounted. They are listed under `?`. */
export function useShortcuts(own: readonly Shortcut[]): void {
  const latest = useRef(own);
  latest.current = own;
  const signature = own
    .map((shortcut) => `${shortcut.keys}\n${shortcut.label}\n${shortcut.group}`)
    .join("\n\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the actions are read when a key is pressed, only the words re-register
  useEffect(() => {
    const added: readonly Shortcut[] = latest.current.map((shortcut, index) => ({
      ...shortcut,
      run: shortcut.run ? () => latest.current[index]?.run?.() : undefined,
    }));
    publish([...shortcuts, ...added]);
    return () => publish(shortcuts.filter((shortcut) => !added.includes(shortcut)));
  }, [signature]);
}

const NONE: readonly Shortcut[] = [];

/** All keys that work now, each once, in the order in which they were added. */
export function useAllShortcuts(): readonly Shortcut[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shortcuts,
    () => NONE,
  );
  return all.filter((shortcut, index) => all.findIndex((each) => each.keys === shortcut.keys) === index);
}
