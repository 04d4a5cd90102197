import type { ReactNode } from "react";
import { cn } from "./class-names";

export type Tone = "critical" | "warning" | "ok" | "info" | "none";

const TONES: Record<Tone, string> = {
  critical: "bg-critical-tint text-critical-text",
  warning: "bg-warning-tint text-warning-text",
  ok: "bg-ok-tint text-ok-text",
  info: "bg-info-tint text-info-text",
  none: "bg-none-tint text-none-text",
};

/** A small label (a role, a source, a count). For a state use `StateBadge`, which adds the shape. */
export function Badge({
  tone = "none",
  pill = false,
  className,
  children,
}: {
  tone?: Tone;
  /** Round ends, for counts. */
  pill?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={cn(
        "inline-flex max-w-full items-center gap-1 whitespace-nowrap px-2 py-0.5 text-caption",
        pill ? "rounded-pill" : "rounded-control",
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}
