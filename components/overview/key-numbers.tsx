"use client";

import { Sparkline } from "@/components/charts/sparkline";
import { emptyKind, measuredUntil, type Refresh } from "@/components/dashboards/panel-state";
import type { EmptyKind } from "@/components/ui/panel";
import { StatCard, type StatCardProps } from "@/components/ui/stat-card";
import { rangeWords } from "@/components/ui/time-range";
import { useTimeRange } from "@/components/ui/use-time-range";
import { boundMark, isBound } from "@/lib/dashboards/bound";
import { type KeyNumber, queryId } from "@/lib/dashboards/overview";
import {
  courseOf,
  judge,
  keyNumbersOf,
  summaryOf,
  summaryValue,
  targetText,
  textsApart,
} from "@/lib/dashboards/overview-state";
import type { SignalDefinition } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult, SignalsAnswer } from "@/lib/signals/schema";
import { format, formatChange, formatParts, formatTime, parseDuration } from "@/lib/units";
import { useOverviewTexts } from "./texts";

/**
 * What matters, against its target: the value over the range, its course, and the change to the range before. The
 * target is judged by `recent`, the end of the range, and not at all by what is older.
 */
export function KeyNumbers({ refresh, recent }: { refresh: Refresh; recent: SignalsAnswer | undefined }) {
  const range = useTimeRange();
  const words = rangeWords(range, new Date(range.now * 1000));
  const { signals } = useOverviewTexts();
  const numbers = keyNumbersOf(refresh.results, signals);
  return (
    <section aria-label="Key numbers" className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {numbers.map((number) => {
        const { id, signal, quantile, instead } = number;
        const definition = signals[signal];
        const name =
          quantile === undefined
            ? definition.shortTitle
            : `${definition.shortTitle} p${percentile(quantile)}`;
        const result = summaryOf(refresh.results, number);
        const { whole: current, now, verdict } = judge(refresh.results, number, definition);
        const target = targetText(definition);
        const stale = staleWords(result, refresh);
        const isJudged = verdict !== undefined && stale === undefined && refresh.waiting === undefined;
        const nowText = textsApart(now, definition)[0];
        const isOther = now !== undefined && nowText !== textsApart(current, definition)[0];
        const course = courseOf(refresh.results, id)?.values;
        const parts = current === undefined ? null : formatParts(current.value, definition.unit);
        return (
          <StatCard
            key={id}
            large
            name={name}
            window={words.charAt(0).toLowerCase() + words.slice(1)}
            windowTitle={windowTitle(result)}
            loading={refresh.results === undefined && !refresh.error}
            refreshing={refresh.isRefreshing}
            value={parts === null ? null : { ...parts, number: `${boundMark(current)}${parts.number}` }}
            absent={shortReason(result, refresh.error ?? result?.error)}
            change={changeOf(definition, refresh, number, timeBefore(range.relative))}
            changeScope={`vs ${timeBefore(range.relative)}`}
            stale={stale}
            {...(target === undefined
              ? {}
              : {
                  target: {
                    text: target,
                    by:
                      isJudged && isOther && recent !== undefined
                        ? `${nowText} in ${range.relative === null ? "its" : "the"} last ${format(recent.end - recent.start, "seconds")}`
                        : undefined,
                    met: isJudged ? verdict === "met" : undefined,
                    severity: verdict === "critical" ? "critical" : "warning",
                  },
                })}
            detail={instead === undefined ? detailOf(definition, result) : `${instead}: not measurable here`}
            sparkline={
              course === undefined ? undefined : (
                <Sparkline
                  fluid
                  values={course}
                  label={`${name}, ${words}`}
                  target={definition.target?.value}
                  // An availability drawn from zero is a flat line at the top.
                  min={definition.unit === "ratio" ? Math.min(...known(course), 1) : 0}
                  max={definition.unit === "ratio" ? 1 : undefined}
                />
              )
            }
          />
        );
      })}
    </section>
  );
}

/** The change to the window before, or why it cannot be said; null where there is no number to compare. */
function changeOf(
  definition: SignalDefinition,
  { results }: Refresh,
  number: KeyNumber,
  window: string,
): NonNullable<StatCardProps["change"]> | null {
  const { id, quantile } = number;
  const result = summaryOf(results, number);
  const before = results?.get(queryId(id, "before"));
  const current = summaryValue(result, quantile);
  if (current === undefined) return null;
  if (before === undefined) return null;
  const previous = summaryValue(before, quantile);
  if (previous === undefined)
    return {
      absent:
        before.reason?.kind === "no_traffic"
          ? `No traffic in ${window}`
          : `No samples reach back to ${window}`,
    };
  if (isBound(current) || isBound(previous)) return { absent: "Change not known: only a bound is" };
  return formatChange(
    current.value,
    previous.value,
    definition.judged ? definition.better : "neutral",
    definition.unit,
  );
}

/** How old a number is, where it is older than what the page asks for: it failed to be read, or is overdue. */
function staleWords(result: SignalResult | undefined, refresh: Refresh): string | undefined {
  if (result?.summary === undefined) return undefined;
  const isOlder = result.status === "error" || Boolean(refresh.error) || refresh.overdueSince !== undefined;
  if (!isOlder) return undefined;
  const until = measuredUntil(result, refresh.grid);
  return `Older data${until === undefined ? "" : `, until ${formatTime(until)}`}`;
}

/** From when to when a number stands for. */
function windowTitle(result: SignalResult | undefined): string | undefined {
  if (result?.window === undefined) return undefined;
  const { start, end } = result.window;
  return `${formatTime(start, { seconds: false })} to ${formatTime(end, { seconds: false })}`;
}

/** What stands in place of a target: how many there were in all. */
function detailOf(
  { target, observed }: SignalDefinition,
  result: SignalResult | undefined,
): string | undefined {
  const count = result?.summary?.count;
  if (target !== undefined || count === null || count === undefined) return undefined;
  return `${format(count, "count")} ${observed} in all`;
}

/** What a change is measured against: as much time as is on screen, right before it. */
function timeBefore(relative: string | null): string {
  const seconds = relative === null ? null : parseDuration(relative);
  if (seconds === null) return "the time before";
  if (seconds === 3_600) return "the hour before";
  if (seconds === 86_400) return "the day before";
  return `the ${format(seconds, "seconds")} before`;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function shortReason(result: SignalResult | undefined, error: unknown): string | undefined {
  const words: Record<EmptyKind, string> = {
    not_connected: "Not connected",
    metric_not_found: "Metric not found",
    no_samples: "No samples",
    not_a_number: "Not a number",
    no_traffic: "No traffic",
    not_measurable: "Not measurable here",
    filtered_out: "Filtered out",
  };
  if (result?.reason !== undefined) return words[emptyKind(result)];
  return error ? "Not read" : undefined;
}
