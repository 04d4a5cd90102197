"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Threshold } from "@/components/charts/canvas";
import { scaleOf } from "@/components/charts/series";
import type { ThresholdHandle } from "@/components/charts/threshold-handle";
import { TimeSeriesChart } from "@/components/charts/time-series-chart";
import { Panel, type PanelState } from "@/components/ui/panel";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import { isCritical } from "@/lib/alerts/severity";
import { annotationsQuery } from "@/lib/annotations/client";
import { errorFacts } from "@/lib/api/client";
import type { Unit } from "@/lib/units";
import { type CurveRequest, curveQuery, curveSeries } from "./curve";
import { type Bounds, withBuckets } from "./rule-buckets";

const isBelow = (comparison: string | null): boolean => comparison === "<" || comparison === "<=";

/** The thresholds of a rule as its chart draws them. */
export const thresholdsOf = ({
  comparison,
  levels,
}: {
  comparison: AlertRuleView["comparison"];
  levels: readonly { severity: string | null; threshold: number | null }[];
}): Threshold[] =>
  levels.flatMap(({ severity, threshold }) =>
    threshold === null
      ? []
      : [
          {
            value: threshold,
            label: severity ?? "alert",
            tone: isCritical(severity) ? ("critical" as const) : ("warning" as const),
            beyond: isBelow(comparison) ? ("below" as const) : ("above" as const),
          },
        ],
  );

/** What a rule measures over a range, with its thresholds, what happened, and marks of its own. */
export function RuleCurve({
  title,
  request,
  unit = "count",
  thresholds,
  marks = [],
  service,
  height = 288,
  handle,
  bounds = null,
  isShown,
}: {
  title: string;
  request: CurveRequest | null;
  unit?: Unit;
  thresholds: readonly Threshold[];
  marks?: readonly { time: number; label: string }[];
  /** Whose annotations and deployments are marked; all without. */
  service?: string | null;
  height?: number;
  /** A threshold that is moved on the chart. */
  handle?: ThresholdHandle;
  /** Of the histogram that is compared: the bucket of each value is drawn. */
  bounds?: Bounds | null;
  /** Which series are drawn; all without. The same function from one render to the next. */
  isShown?: (metric: Record<string, string>) => boolean;
}) {
  const asked = request ?? { source: "", expr: "", start: 0, end: 1, step: 1 };
  const answer = useQuery(curveQuery(asked, request !== null));
  const annotations = useQuery({
    ...annotationsQuery({ start: asked.start, end: asked.end, ...(service ? { service } : {}) }),
    enabled: request !== null,
  });
  const grid = useMemo(
    () => ({ start: asked.start, end: asked.end, step: asked.step }),
    [asked.start, asked.end, asked.step],
  );
  const { series: plain, left } = useMemo(
    () => (answer.data === undefined ? { series: [], left: 0 } : curveSeries(answer.data, grid, isShown)),
    [answer.data, grid, isShown],
  );
  const series = useMemo(() => (bounds === null ? plain : withBuckets(plain, bounds)), [plain, bounds]);
  const allMarks = useMemo(
    () => [
      ...(annotations.data?.items ?? []).map(({ start, text }) => ({
        time: Date.parse(start) / 1000,
        label: text,
      })),
      ...marks,
    ],
    [annotations.data, marks],
  );
  return (
    <Panel
      title={title}
      unit={scaleOf(series, unit).label || undefined}
      height={height}
      promql={request === null ? [] : [request.expr]}
      state={stateOf()}
      notes={
        left > 0
          ? [
              {
                kind: "warning",
                text: `The largest ${series.length} series are drawn; ${left} more are not.`,
              },
            ]
          : []
      }
    >
      <TimeSeriesChart
        title={title}
        grid={grid}
        series={series}
        unit={unit}
        height={height}
        thresholds={thresholds}
        marks={allMarks}
        handle={handle}
        bands={bounds !== null}
      />
    </Panel>
  );

  function stateOf(): PanelState {
    if (request === null)
      return { kind: "empty", reason: "not_measurable", text: "There is no query to draw." };
    if (answer.isError)
      return {
        kind: "error",
        error: errorFacts(answer.error),
        onRetry: () => void answer.refetch(),
        retrying: answer.isFetching,
      };
    if (answer.data === undefined) return { kind: "loading" };
    if (answer.data.status === "error") {
      const { detail, upstream, requestId } = answer.data.error;
      return { kind: "error", error: { detail, upstream, requestId }, onRetry: () => void answer.refetch() };
    }
    if (series.length === 0)
      return {
        kind: "empty",
        reason: "no_samples",
        text:
          answer.data.data.result.length === 0
            ? "The expression gives no series in this range."
            : "The expression gives no series with these labels in this range.",
      };
    return { kind: "data", refreshing: answer.isFetching };
  }
}
