"use client";

import { Dialog as Primitive } from "radix-ui";
import { lazy, Suspense } from "react";
import { useShortcuts } from "@/components/ui/shortcuts";
import { setCommandMenuOpen, useCommandMenuOpen } from "./commands";

const CommandList = lazy(() => import("./command-list"));

/** The command menu, opened by Ctrl or Cmd and K: pages, services and actions, found by typing. */
export function CommandMenu() {
  const open = useCommandMenuOpen();
  useShortcuts([
    { keys: "mod+k", label: "Command menu", group: "General", run: () => setCommandMenuOpen(!open) },
  ]);
  return (
    <Primitive.Root open={open} onOpenChange={setCommandMenuOpen}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 animate-fade bg-[color-mix(in_srgb,var(--surface-page)_60%,transparent)]" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-150 -translate-x-1/2 animate-appear overflow-hidden rounded-overlay bg-surface-raised shadow-overlay outline-none"
        >
          <Primitive.Title className="sr-only">Command menu</Primitive.Title>
          <Suspense fallback={<div className="h-12" />}>
            <CommandList />
          </Suspense>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
