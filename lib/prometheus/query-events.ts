import "server-only";
import type { Caller } from "@/lib/upstream/caller";

/** What an answered query brought, or that one was refused for what it would bring. */
export type QueryEvent = {
  targetId: string;
  caller: Caller;
  series: number;
  points: number;
  /** Whether it was refused by a limit of ours, before or after it was asked. */
  isRejected: boolean;
};

// On globalThis, because the server's bundles may each hold a copy of this module.
const SHARED = Symbol.for("inferscope.query-events");
const holder = globalThis as typeof globalThis & { [SHARED]?: Set<(event: QueryEvent) => void> };
holder[SHARED] ??= new Set();
const listeners = holder[SHARED];

/** Calls `listener` after every query that was sent to a Prometheus or refused; returns what stops it. */
export function onQuery(listener: (event: QueryEvent) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function reportQuery(event: QueryEvent): void {
  for (const listener of listeners) listener(event);
}
