"use client";

import { Tooltip as Primitive } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { passEscapeOn } from "./escape";
import { Kbd } from "./kbd";

/** Words on hover and on keyboard focus of its only child, which must take a ref. Never the only place of a fact. */
export function Tooltip({
  text,
  shortcut,
  side = "top",
  children,
}: {
  text: ReactNode;
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}) {
  return (
    <Primitive.Provider delayDuration={350} skipDelayDuration={150}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Primitive.Portal>
          <Primitive.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            onEscapeKeyDown={passEscapeOn}
            className="z-70 flex max-w-72 animate-appear items-center gap-2 rounded-control bg-surface-raised px-2 py-1 text-caption text-primary shadow-overlay [overflow-wrap:anywhere]"
          >
            {text}
            {shortcut ? <Kbd>{shortcut}</Kbd> : null}
          </Primitive.Content>
        </Primitive.Portal>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
