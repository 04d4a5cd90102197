"use client";

import { lazy } from "react";
import { ChartFrame } from "./chart-frame";
import { type IntervalVerdict, VERDICT_WORDS } from "./interval-verdict";

const IntervalDrawing = lazy(() => import("./interval-drawing"));

export type Interval = {
  id: string;
  label: string;
  /** A difference, subject against reference; null when it cannot be said. */
  estimate: number | null;
  low: number | null;
  high: number | null;
  verdict: IntervalVerdict;
};

export type IntervalChartProps = {
  title: string;
  intervals: readonly Interval[];
  /** How a difference is written, on ticks and in words: `(value) => "+8.2 %"`. */
  formatDifference: (value: number) => string;
  /** Of the confidence, 0–1. */
  confidence?: number;
  /** What lies left and right of zero: "v1.3.0 lower" and "v1.3.0 higher". */
  sides?: { lower: string; higher: string };
};

const ROW_PX = 36;
const AXIS_PX = 44;

/** Differences with their confidence intervals on one axis, zero marked: is the subject other than the reference? */
export function IntervalChart({
  title,
  intervals,
  formatDifference,
  confidence = 0.95,
  sides,
}: IntervalChartProps) {
  const height = intervals.length * ROW_PX + AXIS_PX;
  const words = (interval: Interval) =>
    interval.estimate === null
      ? VERDICT_WORDS[interval.verdict]
      : `${formatDifference(interval.estimate)} (${formatDifference(interval.low ?? interval.estimate)} to ${formatDifference(interval.high ?? interval.estimate)})`;
  return (
    <ChartFrame
      title={title}
      summary={`${intervals.map((each) => `${each.label}: ${words(each)}, ${VERDICT_WORDS[each.verdict].toLowerCase()}`).join("; ")}.`}
      height={height}
      table={() => ({
        header: ["Metric", "Difference", `${Math.round(confidence * 100)} % interval`, "Verdict"],
        rows: intervals.map((each) => ({
          key: each.id,
          cells: [
            each.label,
            each.estimate === null ? "–" : formatDifference(each.estimate),
            each.low === null || each.high === null
              ? "–"
              : `${formatDifference(each.low)} to ${formatDifference(each.high)}`,
            VERDICT_WORDS[each.verdict],
          ],
          raw: [
            each.label,
            each.estimate,
            each.low === null ? null : `${each.low} to ${each.high}`,
            each.verdict,
          ],
        })),
      })}
    >
      <IntervalDrawing
        intervals={intervals}
        formatDifference={formatDifference}
        sides={sides}
        height={height}
        words={words}
      />
    </ChartFrame>
  );
}
