"use client";

import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import { Slot } from "radix-ui";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button-class";
import { cn } from "./class-names";
import { Tooltip } from "./tooltip";

export type ButtonProps = ComponentProps<"button"> & {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Work under way: shows a spinner, ignores clicks, keeps the width of its words. */
  loading?: boolean;
  /** Why it cannot be used now. Disables it, and says so on hover and on focus. */
  disabledReason?: string;
  /** Give the looks to the only child (an `<a>`). */
  asChild?: boolean;
};

/** The button. Type is "button" unless told otherwise. */
export function Button({
  variant = "secondary",
  size = "md",
  loading = false,
  disabledReason,
  asChild = false,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const blocked = loading || disabledReason !== undefined;
  const Element = asChild ? Slot.Root : "button";
  const button = (
    <Element
      {...rest}
      {...(asChild ? {} : { type })}
      aria-disabled={blocked || undefined}
      aria-busy={loading || undefined}
      className={cn(buttonClass(variant, size), className)}
      onClick={blocked ? (event: MouseEvent<HTMLButtonElement>) => event.preventDefault() : onClick}
    >
      {loading && !asChild ? (
        <>
          <LoaderCircle className="animate-spin" aria-hidden />
          {children}
        </>
      ) : (
        children
      )}
    </Element>
  );
  return disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
}

export type IconButtonProps = Omit<ButtonProps, "asChild" | "children"> & {
  /** Accessible name, shown as the tooltip too. */
  label: string;
  /** Key shown beside the label in the tooltip. */
  shortcut?: string;
  children: ReactNode;
};

/** A square button with one icon and a tooltip that names it. */
export function IconButton({
  label,
  shortcut,
  variant = "ghost",
  size = "md",
  disabledReason,
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={disabledReason ?? label} shortcut={disabledReason ? undefined : shortcut}>
      <button
        type="button"
        aria-label={label}
        aria-disabled={disabledReason !== undefined || undefined}
        {...rest}
        onClick={disabledReason ? undefined : rest.onClick}
        className={cn(
          buttonClass(variant, size),
          size === "md" ? "w-8 px-0" : "w-7 px-0",
          variant === "ghost" && "text-secondary hover:text-primary",
          className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  );
}

/** A link inside the console that looks like a button. */
export function ButtonLink({
  variant,
  size,
  className,
  ...rest
}: ComponentProps<typeof Link> & { variant?: ButtonVariant; size?: ButtonSize }) {
  return <Link {...rest} className={cn(buttonClass(variant, size), className)} />;
}
