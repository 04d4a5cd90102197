"use client";

import { lazy, Suspense } from "react";
import { useShortcuts } from "@/components/ui/shortcuts";
import { useHasOpened } from "@/components/ui/use-has-opened";
import { setCommandMenuOpen, useCommandMenuOpen } from "./commands";

const CommandDialog = lazy(() => import("./command-dialog"));

/** The command menu, opened by Ctrl or Cmd and K: pages, services and actions, found by typing. */
export function CommandMenu() {
  const open = useCommandMenuOpen();
  useShortcuts([
    { keys: "mod+k", label: "Command menu", group: "General", run: () => setCommandMenuOpen(!open) },
  ]);
  return useHasOpened(open) ? (
    <Suspense fallback={open ? <EscapeOnTheWay /> : null}>
      <CommandDialog open={open} onOpenChange={setCommandMenuOpen} />
    </Suspense>
  ) : null;
}

/** What is not there yet can be called off. */
function EscapeOnTheWay() {
  useShortcuts([{ keys: "Escape", label: "Close", group: "General", run: () => setCommandMenuOpen(false) }]);
  return null;
}
