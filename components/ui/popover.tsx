"use client";

import { Popover as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

export const Popover = Primitive.Root;
export const PopoverTrigger = Primitive.Trigger;
export const PopoverAnchor = Primitive.Anchor;
export const PopoverClose = Primitive.Close;

/** The floating part of a popover. */
export function PopoverContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={4}
        collisionPadding={8}
        {...rest}
        className={cn(
          "z-60 max-w-[calc(100vw-16px)] animate-appear rounded-overlay bg-surface-raised p-4 shadow-overlay outline-none",
          className,
        )}
      />
    </Primitive.Portal>
  );
}
