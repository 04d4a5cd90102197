"use client";

import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";
import type { State } from "./state";
import { useHasOpened } from "./use-has-opened";

export type ToastEntry = {
  id: number;
  title: ReactNode;
  description?: ReactNode;
  state?: State;
  /** Undo, or the way to the thing. */
  action?: { label: string; onClick: () => void };
  durationMs: number;
};

let entries: readonly ToastEntry[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: readonly ToastEntry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

/**
 * Says that something happened: "Rule silenced until 14:00", with an undo where there is one. At most three stand at
 * once. An error that a person must act on belongs beside its cause, not here.
 */
export function toast(
  title: ReactNode,
  options: Partial<Pick<ToastEntry, "description" | "state" | "action" | "durationMs">> = {},
): void {
  const entry: ToastEntry = { durationMs: options.action ? 10_000 : 5_000, ...options, id: nextId++, title };
  publish([...entries, entry].slice(-3));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NONE: readonly ToastEntry[] = [];

const ToastList = lazy(() => import("./toast-list"));

/** Where toasts appear: bottom right. Mounted once, by the shell. Its parts are loaded with the first toast. */
export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => entries,
    () => NONE,
  );
  return useHasOpened(shown.length > 0) ? (
    <Suspense fallback={null}>
      <ToastList entries={shown} onClose={(id) => publish(entries.filter((each) => each.id !== id))} />
    </Suspense>
  ) : null;
}
