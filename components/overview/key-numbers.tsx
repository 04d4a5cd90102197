"use client";

import { Sparkline } from "@/components/charts/sparkline";
import { StatCard } from "@/components/ui/stat-card";
import { rangeWords } from "@/components/ui/time-range";
import { useTimeRange } from "@/components/ui/use-time-range";
import { keyNumbers, queryId } from "@/lib/dashboards/overview";
import { meetsTarget, summaryValue, targetText } from "@/lib/dashboards/overview-state";
import { signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import { formatChange, formatDuration, formatParts, parseDuration } from "@/lib/units";
import type { Refresh } from "./panel-state";

/** What matters now against its target: the value over the range, its course, and the change to the range before. */
export function KeyNumbers({ refresh }: { refresh: Refresh }) {
  const range = useTimeRange();
  const words = rangeWords(range, new Date(range.now * 1000));
  return (
    <section aria-label="Key numbers" className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {keyNumbers.map(({ id, signal, quantile }) => {
        const definition = signals[signal];
        const name =
          quantile === undefined
            ? definition.shortTitle
            : `${definition.shortTitle} p${percentile(quantile)}`;
        const result = refresh.results?.get(queryId(id, "now"));
        const current = summaryValue(result, quantile);
        const previous = summaryValue(refresh.results?.get(queryId(id, "before")), quantile);
        const target = targetText(definition);
        const course = refresh.results?.get(queryId(id, "course"))?.series[0]?.values;
        const parts = current === undefined ? null : formatParts(current.value, definition.unit);
        return (
          <StatCard
            key={id}
            large
            name={name}
            window={words.charAt(0).toLowerCase() + words.slice(1)}
            loading={refresh.results === undefined && !refresh.error}
            refreshing={refresh.isRefreshing}
            value={
              parts === null ? null : { ...parts, number: `${current?.isAtLeast ? "≥ " : ""}${parts.number}` }
            }
            absent={shortReason(result?.reason?.kind, refresh.error ?? result?.error)}
            change={
              current === undefined || previous === undefined
                ? null
                : formatChange(
                    current.value,
                    previous.value,
                    definition.judged ? definition.better : "neutral",
                    definition.unit,
                  )
            }
            changeScope={beforeWords(range.relative)}
            className="content-start"
            {...(target === undefined
              ? {}
              : {
                  target: {
                    text: target,
                    met: current === undefined ? undefined : meetsTarget(definition, current.value),
                  },
                })}
            sparkline={
              course === undefined ? undefined : (
                <Sparkline
                  values={course}
                  label={`${name}, ${words}`}
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

/** What a change is measured against: as much time as is on screen, right before it. */
function beforeWords(relative: string | null): string {
  const seconds = relative === null ? null : parseDuration(relative);
  if (seconds === null) return "vs the time before";
  if (seconds === 3_600) return "vs hour before";
  if (seconds === 86_400) return "vs day before";
  return `vs ${formatDuration(seconds)} before`;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

function shortReason(kind: string | undefined, error: unknown): string | undefined {
  const words: Record<string, string> = {
    not_connected: "Not connected",
    metric_not_found: "Metric not found",
    no_samples: "No samples",
    no_traffic: "No traffic",
    not_measurable: "Not measurable here",
    filtered_out: "Filtered out",
  };
  if (kind !== undefined) return words[kind];
  return error ? "Not read" : undefined;
}
