"use client";

import { Check, ChevronRight } from "lucide-react";
import { DropdownMenu as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";
import { Kbd } from "./kbd";

const ITEM =
  "relative flex h-8 cursor-default select-none items-center gap-2 rounded-control px-2 text-body outline-none data-disabled:text-disabled data-highlighted:bg-surface-hover [&_svg]:size-4 [&_svg]:shrink-0";

/** Root of a dropdown menu. */
export const Menu = Primitive.Root;
/** What opens it; give it a button with `asChild`. */
export const MenuTrigger = Primitive.Trigger;
export const MenuRadioGroup = Primitive.RadioGroup;

/** The floating list. */
export function MenuContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={4}
        collisionPadding={8}
        {...rest}
        className={cn(
          "z-60 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 animate-appear overflow-y-auto rounded-overlay bg-surface-raised p-1 shadow-overlay",
          className,
        )}
      />
    </Primitive.Portal>
  );
}

/** One action. `shortcut` is shown at its end; `destructive` marks it (and it must ask before it acts). */
export function MenuItem({
  shortcut,
  destructive,
  className,
  children,
  ...rest
}: ComponentProps<typeof Primitive.Item> & { shortcut?: string; destructive?: boolean }) {
  return (
    <Primitive.Item
      {...rest}
      className={cn(
        ITEM,
        "[&_svg]:text-secondary",
        destructive && "text-critical-text [&_svg]:text-critical",
        className,
      )}
    >
      {shortcut ? (
        <>
          {children}
          <Kbd className="ml-auto">{shortcut}</Kbd>
        </>
      ) : (
        // Alone, so that it may be a link by `asChild`.
        children
      )}
    </Primitive.Item>
  );
}

/** A heading inside the menu. */
export function MenuLabel({ className, ...rest }: ComponentProps<typeof Primitive.Label>) {
  return <Primitive.Label {...rest} className={cn("px-2 py-1 text-caption text-secondary", className)} />;
}

export function MenuSeparator() {
  return <Primitive.Separator className="-mx-1 my-1 h-px bg-line" />;
}

/** One of several choices, ticked when chosen. */
export function MenuRadioItem({ className, children, ...rest }: ComponentProps<typeof Primitive.RadioItem>) {
  return (
    <Primitive.RadioItem {...rest} className={cn(ITEM, "max-w-80 pr-8", className)}>
      <span className="truncate" title={typeof children === "string" ? children : undefined}>
        {children}
      </span>
      <Primitive.ItemIndicator className="absolute right-2">
        <Check />
      </Primitive.ItemIndicator>
    </Primitive.RadioItem>
  );
}

/** A choice that is on or off. */
export function MenuCheckboxItem({
  className,
  children,
  ...rest
}: ComponentProps<typeof Primitive.CheckboxItem>) {
  return (
    <Primitive.CheckboxItem {...rest} className={cn(ITEM, "pr-8", className)}>
      {children}
      <Primitive.ItemIndicator className="absolute right-2">
        <Check />
      </Primitive.ItemIndicator>
    </Primitive.CheckboxItem>
  );
}

export const MenuSub = Primitive.Sub;

/** Opens a second list beside the first. */
export function MenuSubTrigger({
  className,
  children,
  ...rest
}: ComponentProps<typeof Primitive.SubTrigger>) {
  return (
    <Primitive.SubTrigger {...rest} className={cn(ITEM, className)}>
      {children}
      <ChevronRight className="ml-auto text-secondary" />
    </Primitive.SubTrigger>
  );
}

export function MenuSubContent({ className, ...rest }: ComponentProps<typeof Primitive.SubContent>) {
  return (
    <Primitive.Portal>
      <Primitive.SubContent
        collisionPadding={8}
        {...rest}
        className={cn(
          "z-60 min-w-40 animate-appear rounded-overlay bg-surface-raised p-1 shadow-overlay",
          className,
        )}
      />
    </Primitive.Portal>
  );
}
