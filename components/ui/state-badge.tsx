import {
  BellOff,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleQuestionMark,
  Clock,
  Eye,
  Info,
  LoaderCircle,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
} from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "./badge";
import { cn } from "./class-names";
import { STATES, type State } from "./state";

const SHAPES: Record<State, LucideIcon> = {
  critical: OctagonAlert,
  firing: OctagonAlert,
  failed: OctagonAlert,
  warning: TriangleAlert,
  pending: Clock,
  cannot_evaluate: CircleDashed,
  inconclusive: CircleQuestionMark,
  unknown: CircleDashed,
  no_data: CircleDashed,
  progress: LoaderCircle,
  info: Info,
  silenced: BellOff,
  paused: CirclePause,
  observe: Eye,
  ok: CircleCheck,
  resolved: CircleCheck,
  passed: CircleCheck,
};

const SOLIDS: Record<Tone, string> = {
  critical: "text-critical",
  warning: "text-warning",
  ok: "text-ok",
  info: "text-info",
  none: "text-none",
};

const TINTS: Record<Tone, string> = {
  critical: "bg-critical-tint text-critical-text",
  warning: "bg-warning-tint text-warning-text",
  ok: "text-secondary",
  info: "bg-info-tint text-info-text",
  none: "bg-none-tint text-none-text",
};

/** The shape of a state without its word: only inside a table that has a state column, or beside the word. */
export function StateShape({
  state,
  className,
  label,
}: {
  state: State;
  className?: string;
  /** Accessible name when it stands alone. */
  label?: string;
}) {
  const Shape = SHAPES[state];
  const { tone } = STATES[state];
  const filled = state === "critical" || state === "firing" || state === "failed" || state === "warning";
  return (
    <Shape
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      strokeWidth={2.25}
      // A filled shape keeps its bang by drawing the strokes in the colour of the tint behind it.
      fill={filled ? `var(--${tone})` : "none"}
      stroke={filled ? `var(--${tone}-tint)` : "currentColor"}
      className={cn("shrink-0", filled ? "size-4" : "size-3.5", SOLIDS[tone], className)}
    />
  );
}

/**
 * State as shape + word + colour. The word is the state's own unless children say more ("Pending 2 of 5 min",
 * "No data for 6 min", "Silenced until 14:00"). Healthy has no tint: a healthy page is grey.
 */
export function StateBadge({
  state,
  children,
  className,
}: {
  state: State;
  children?: ReactNode;
  className?: string;
}) {
  const { tone, word } = STATES[state];
  return (
    <span
      data-state-tone={tone}
      className={cn(
        "inline-flex h-5 max-w-full items-center gap-1 align-middle whitespace-nowrap rounded-control pr-2 pl-1 text-caption",
        TINTS[tone],
        className,
      )}
    >
      <StateShape state={state} />
      <span className="truncate" title={typeof children === "string" ? children : undefined}>
        {children ?? word}
      </span>
    </span>
  );
}
