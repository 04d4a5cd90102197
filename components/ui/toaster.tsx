"use client";

import { X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { type ReactNode, useSyncExternalStore } from "react";
import { Button, IconButton } from "./button";
import type { State } from "./state";
import { StateShape } from "./state-badge";

type ToastEntry = {
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

/** Where toasts appear: bottom right. Mounted once, by the shell. F8 moves the focus there. */
export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => entries,
    () => NONE,
  );
  return (
    <Primitive.Provider swipeDirection="right" label="Notice">
      {shown.map((entry) => (
        <Primitive.Root
          key={entry.id}
          duration={entry.durationMs}
          onOpenChange={(open) => {
            if (!open) publish(entries.filter((each) => each.id !== entry.id));
          }}
          className="flex animate-appear items-start gap-2 rounded-overlay bg-surface-raised py-2 pr-2 pl-3 shadow-overlay"
        >
          {entry.state ? <StateShape state={entry.state} className="mt-1.5" /> : null}
          <div className="grid min-w-0 flex-1 gap-0.5 py-1">
            <Primitive.Title className="text-strong">{entry.title}</Primitive.Title>
            {entry.description ? (
              <Primitive.Description className="text-secondary">{entry.description}</Primitive.Description>
            ) : null}
          </div>
          {entry.action ? (
            <Primitive.Action asChild altText={entry.action.label}>
              <Button size="sm" onClick={entry.action.onClick}>
                {entry.action.label}
              </Button>
            </Primitive.Action>
          ) : null}
          <Primitive.Close asChild>
            <IconButton label="Dismiss" size="sm">
              <X />
            </IconButton>
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className="fixed right-0 bottom-0 z-70 flex w-90 max-w-full flex-col gap-2 p-4 outline-none" />
    </Primitive.Provider>
  );
}
