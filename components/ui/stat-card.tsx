import { Clock } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./class-names";
import { LoadingBar } from "./loading-bar";
import { Skeleton } from "./skeleton";
import type { State } from "./state";
import { StateBadge } from "./state-badge";

export type StatCardProps = {
  /** What: "TTFT p95". */
  name: string;
  /** Of what: "chat-api". */
  scope?: string;
  /** Over what: "5 min", "30 d". */
  window?: string;
  /** The same to the second, on hover. */
  windowTitle?: string;
  /** The number and its unit apart, from `formatParts`; null when there is none (with `absent` saying why). */
  value: { number: string; unit: string } | null;
  /** Why there is no number: "No traffic", "Metric not found". */
  absent?: ReactNode;
  /** Against the window before, in words: "+52.1 % (worse)"; why there is none: "No data in the hour before". */
  change?: { text: string; direction: "better" | "worse" | "same" | "neutral" } | { absent: string } | null;
  /** What the change is measured against: "to the hour before". */
  changeScope?: string;
  /**
   * The target in words ("under 500 ms"), by what it is judged ("213 ms in the last 5 min"), and whether it is met;
   * undefined when that cannot be said. One that is missed is a warning, or worse.
   */
  target?: {
    text: string;
    by?: string | undefined;
    met: boolean | undefined;
    severity?: "warning" | "critical" | undefined;
  };
  /** How old the number is, where it is older than the page: "Older, until 14:03:20". It takes the change's place. */
  stale?: string | undefined;
  /** What stands where others have their target: "99.8 k requests in all". */
  detail?: ReactNode;
  /** A state that wants attention; a met target needs none. */
  state?: State;
  stateText?: ReactNode;
  /** A `Sparkline`. */
  sparkline?: ReactNode;
  loading?: boolean;
  refreshing?: boolean;
  /** The larger number of an overview, at most four a row. */
  large?: boolean;
  className?: string;
};

/** One number that says what, of what, over what, and whether that is good: in words, colour only when it is not. */
export function StatCard({
  name,
  scope,
  window,
  windowTitle,
  value,
  absent,
  change,
  changeScope,
  target,
  stale,
  detail,
  state,
  stateText,
  sparkline,
  loading = false,
  refreshing = false,
  large = false,
  className,
}: StatCardProps) {
  const where = [scope, window].filter(Boolean).join(", ");
  return (
    <article
      aria-label={[name, where].filter(Boolean).join(", ")}
      className={cn(
        "relative grid min-w-0 grid-cols-1 content-start gap-1 rounded-panel border bg-surface-panel px-4 py-3",
        className,
      )}
    >
      <p className="flex min-h-5 items-center gap-2">
        <span className="min-w-0 truncate text-secondary" title={windowTitle}>
          <span className="text-primary">{name}</span>
          {where ? `, ${where}` : null}
        </span>
        {state ? (
          <StateBadge state={state} className="ml-auto shrink-0">
            {stateText}
          </StateBadge>
        ) : null}
      </p>
      {loading ? (
        <Skeleton className="h-8 w-28" />
      ) : (
        <div className="flex min-h-8 items-end justify-between gap-3">
          {value ? (
            <p className={cn("whitespace-nowrap tabular-nums", large ? "text-overview" : "text-stat")}>
              {value.number}
              {value.unit ? (
                <span className="font-normal text-body text-secondary">{` ${value.unit}`}</span>
              ) : null}
            </p>
          ) : (
            <p className="min-w-0">
              <span className={cn("text-secondary", large ? "text-overview" : "text-stat")}>–</span>
              {absent ? <span className="ml-2 text-secondary">{absent}</span> : null}
            </p>
          )}
          {sparkline ? <div className="mb-1 min-w-12 max-w-36 flex-1">{sparkline}</div> : null}
        </div>
      )}
      {loading ? (
        <p className="min-h-5" />
      ) : target ? (
        <Target target={target} />
      ) : detail ? (
        <p className="text-caption text-secondary leading-5">{detail}</p>
      ) : null}
      {stale !== undefined && !loading ? (
        <p className="flex min-h-5 items-start gap-1 text-caption text-secondary leading-5">
          <Clock aria-label="Stale" className="mt-1 size-3 shrink-0" />
          {stale}
        </p>
      ) : change !== undefined || loading ? (
        <p className="min-h-5 text-caption text-secondary leading-5 md:truncate">
          {!change || loading ? null : "absent" in change ? (
            change.absent
          ) : (
            <>
              <span className={change.direction === "worse" ? "font-medium text-primary" : undefined}>
                {change.text}
              </span>
              {changeScope ? ` ${changeScope}` : null}
            </>
          )}
        </p>
      ) : null}
      {refreshing ? <LoadingBar /> : null}
    </article>
  );
}

/** Met is grey with a small shape, missed is said; a target that nothing can be compared with stands without either. */
function Target({ target }: { target: NonNullable<StatCardProps["target"]> }) {
  const { text, by, met, severity = "warning" } = target;
  const words = `Target ${text}${met === false ? " missed" : ""}${by === undefined ? "" : `: ${by}`}`;
  if (met === undefined) return <p className="text-caption text-secondary leading-5">{words}</p>;
  return (
    <p className="-ml-1 flex min-w-0">
      <StateBadge
        state={met ? "ok" : severity}
        // Cut off, it would lose the number or the verdict.
        className="h-auto min-h-5 items-start *:first:mt-0.5 *:last:whitespace-normal *:last:leading-5 *:last:[overflow-wrap:anywhere]"
      >
        {words}
      </StateBadge>
    </p>
  );
}
