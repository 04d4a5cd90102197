"use client";

import { Dialog as Primitive } from "radix-ui";
import CommandList from "./command-list";

/** The command menu over the page; loaded when it is first opened. */
export default function CommandDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 animate-fade bg-[color-mix(in_srgb,var(--surface-page)_60%,transparent)]" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-150 -translate-x-1/2 animate-appear overflow-hidden rounded-overlay bg-surface-raised shadow-overlay outline-none"
        >
          <Primitive.Title className="sr-only">Command menu</Primitive.Title>
          <CommandList />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
