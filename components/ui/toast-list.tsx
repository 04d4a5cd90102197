"use client";

import { X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { Button, IconButton } from "./button";
import { passEscapeOn } from "./escape";
import { StateShape } from "./state-badge";
import type { ToastEntry } from "./toaster";

/** The toasts that stand now. F8 moves the focus there. */
export default function ToastList({
  entries,
  onClose,
}: {
  entries: readonly ToastEntry[];
  onClose: (id: number) => void;
}) {
  return (
    <Primitive.Provider swipeDirection="right" label="Notice">
      {entries.map((entry) => (
        <Primitive.Root
          key={entry.id}
          duration={entry.durationMs}
          onEscapeKeyDown={passEscapeOn}
          onOpenChange={(open) => {
            if (!open) onClose(entry.id);
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
      <Primitive.Viewport className="fixed right-0 bottom-0 z-70 flex max-md:top-12 max-md:bottom-auto w-90 max-w-full flex-col gap-2 p-4 outline-none" />
    </Primitive.Provider>
  );
}
