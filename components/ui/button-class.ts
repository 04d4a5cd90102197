import { cn } from "./class-names";

/** primary: one a view. secondary: the rest. ghost: in headers and rows. danger: outlined; danger-solid: confirms it. */
export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-solid";
/** md is 32 px high, sm 28 (inside panels and tables). */
export type ButtonSize = "md" | "sm";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-control bg-surface-panel text-primary hover:bg-surface-hover",
  ghost: "text-primary hover:bg-surface-hover data-[state=open]:bg-surface-hover",
  danger: "border border-danger bg-surface-panel text-primary hover:bg-critical-tint",
  "danger-solid": "bg-danger text-on-accent hover:opacity-90",
};

/** The classes of a button, for the rare element that has to look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md"): string {
  return cn(
    "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-control text-strong transition-control",
    "disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
    "[&_svg]:size-4 [&_svg]:shrink-0",
    size === "md" ? "h-8 px-3" : "h-7 px-2",
    VARIANTS[variant],
  );
}
