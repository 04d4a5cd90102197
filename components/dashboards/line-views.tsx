"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { bucketScale, summedCounts } from "@/components/charts/buckets";
import type { Threshold } from "@/components/charts/canvas";
import { HeatmapChart } from "@/components/charts/heatmap-chart";
import { type ChartSeries, scaleOf } from "@/components/charts/series";
import { TimeSeriesChart, type TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import { yTicksWithLevels } from "@/components/charts/time-series-model";
import { filledBuckets } from "@/components/overview/series";
import { Segmented } from "@/components/ui/segmented";
import { lastValue } from "@/lib/dashboards/overview-state";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import { format, type Unit } from "@/lib/units";
import {
  type Answered,
  comparedPercentile,
  estimateLines,
  percentileLines,
  queryLines,
  splitLines,
  versionLines,
} from "./lines";
import { resultOf, SignalPanel, titleOf, type ViewInput } from "./signal-panel";

/** Height of a chart in the grid, px. */
export const chartPx = 192;

/** The answers to the panel's queries that have lines, query by query within a service. */
export function answeredOf(input: ViewInput): Answered[] {
  return input.services.flatMap((service) =>
    Object.entries(input.placed.panel.queries).flatMap(
      ([query, { label = "", isReference = false, isStated }]) => {
        const result = resultOf(input, query, service);
        return isStated || result === undefined || result.series.length === 0
          ? []
          : [{ service, query, label, isReference, result }];
      },
    ),
  );
}

/** The signal that leads a panel. */
export const leadingSignal = ({ placed }: ViewInput): SignalId =>
  Object.values(placed.panel.queries)[0]!.signal;

/** A chart of a panel: shares grid, marks and gaps with all others of the page. */
export function PageChart({
  input,
  title,
  ...chart
}: { input: ViewInput; title?: string; series: readonly ChartSeries[]; unit: Unit } & Partial<
  Omit<TimeSeriesChartProps, "grid" | "marks" | "gaps" | "title">
>) {
  if (input.grid === undefined) return null;
  return (
    <TimeSeriesChart
      title={title ?? titleOf(input)}
      grid={input.grid}
      marks={input.axis.marks}
      gaps={input.axis.gaps}
      height={chartPx}
      {...chart}
    />
  );
}

/**
 * The levels and the target that a signal is known by, as marks on its chart. A target of one percentile is none of
 * another.
 */
export function thresholdsOf(signal: SignalId, quantile?: number): Threshold[] {
  const { thresholds = [], target, better } = signals[signal];
  const isOfAnother =
    quantile !== undefined && target?.quantile !== undefined && target.quantile !== quantile;
  return [
    ...(target === undefined || isOfAnother
      ? []
      : [
          {
            value: target.value,
            label: target.quantile === undefined ? "target" : `target, p${percentile(target.quantile)}`,
            tone: "warning" as const,
            beyond: better === "lower" ? ("above" as const) : ("below" as const),
          },
        ]),
    ...thresholds.map(({ value, label, severity }) => ({ value, label, tone: severity })),
  ];
}

/** The newest value of a panel with one line, for its header, and of what where that is known. */
function valueNow(input: ViewInput, answers: readonly Answered[]): string | undefined {
  const [only] = answers;
  const value = answers.length === 1 ? lastValue(only?.result) : undefined;
  if (only === undefined || value === undefined) return undefined;
  const now = format(value, signals[only.result.signal].unit);
  const stated = Object.entries(input.placed.panel.queries).find(([, { isStated }]) => isStated)?.[0];
  const whole = stated === undefined ? undefined : resultOf(input, stated, input.services[0]!);
  const most = lastValue(whole);
  return whole === undefined || most === undefined
    ? now
    : `${now} of ${format(most, signals[whole.signal].unit)}`;
}

export function LinesView(input: ViewInput) {
  const answers = answeredOf(input);
  const { unit } = signals[leadingSignal(input)];
  const series = queryLines(answers);
  return (
    <SignalPanel input={input} unit={scaleOf(series, unit).label} value={valueNow(input, answers)}>
      <PageChart input={input} series={series} unit={unit} thresholds={thresholdsOf(leadingSignal(input))} />
    </SignalPanel>
  );
}

export function SplitView(input: ViewInput) {
  const { unit } = signals[leadingSignal(input)];
  const series = splitLines(answeredOf(input), input.placed.panel);
  return (
    <SignalPanel input={input} unit={scaleOf(series, unit).label}>
      <PageChart input={input} series={series} unit={unit} thresholds={thresholdsOf(leadingSignal(input))} />
    </SignalPanel>
  );
}

export function EstimateView(input: ViewInput) {
  const [answered] = answeredOf(input);
  const { about } = input.placed.panel;
  const series = answered === undefined ? [] : estimateLines(answered.result);
  return (
    <SignalPanel input={input} unit={scaleOf(series, "seconds").label}>
      <PageChart input={input} series={series} unit="seconds" height={chartPx - sentencePx} />
      <Sentence>{about}</Sentence>
    </SignalPanel>
  );
}

/** One measurement of each version. */
export function VersionsView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit, kind } = signals[signal];
  const [answered] = answeredOf(input);
  const { quantile, control } = useComparedPercentile();
  const series =
    answered === undefined
      ? []
      : versionLines(answered.result, input.services[0]?.versionColorSlots ?? {}, quantile);
  const isLatency = kind === "quantile" && answered?.result.statistic !== "mean";
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, unit).label}
      actions={isLatency && series.length > 0 ? control : undefined}
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={thresholdsOf(signal, isLatency ? quantile : undefined)}
      />
    </SignalPanel>
  );
}

/** A gauge with the limit that it runs into. */
export function LimitedView(input: ViewInput) {
  const answers = answeredOf(input);
  const { unit } = signals[leadingSignal(input)];
  const series = queryLines(answers);
  const lead = answers.find(({ isReference }) => !isReference);
  const limit = answers.find(({ isReference }) => isReference);
  const [now, most] = [lastValue(lead?.result), lastValue(limit?.result)];
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, unit).label}
      value={
        now === undefined
          ? undefined
          : `${format(now, unit)}${most === undefined ? "" : ` of ${format(most, unit)}`}`
      }
    >
      <PageChart input={input} series={series} unit={unit} />
    </SignalPanel>
  );
}

/** A sentence under a chart, in one line where there is room. */
export function Sentence({ children }: { children: string | undefined }) {
  return (
    <p className="pt-2 text-caption text-secondary xl:truncate" title={children}>
      {children}
    </p>
  );
}

/** Height of a sentence under a chart, with the space above it, px. */
export const sentencePx = 24;

export function QueueView(input: ViewInput) {
  const answers = answeredOf(input);
  const series = queryLines(answers);
  const thresholds = signals.queue_depth.thresholds ?? [];
  const levels = thresholds.map(({ value, label, severity }, index) => ({
    from: value,
    to: thresholds[index + 1]?.value ?? null,
    label,
    tone: severity,
  }));
  const top = yTicksWithLevels(levels, {
    columns: series.map(({ values }) => values),
    thresholds: [],
    factor: 1,
    isRatio: false,
    isWhole: true,
    log: false,
  }).at(-1);
  const isBelowAll = series.length > 0 && levels.every(({ from }) => from > (top ?? 0));
  return (
    <SignalPanel input={input} unit="requests" value={valueNow(input, answers)}>
      <PageChart
        input={input}
        series={series}
        unit="requests"
        height={isBelowAll ? chartPx - sentencePx : chartPx}
        levels={isBelowAll ? [] : levels}
      />
      {isBelowAll ? (
        <p className="pt-2 text-caption text-secondary">
          {`long from ${thresholds.map(({ value, label }, index) => (index === 0 ? value : `${value}, ${label}`)).join(", ")}: above this chart`}
        </p>
      ) : null}
    </SignalPanel>
  );
}

const comparable = ["0.5", "0.95", "0.99"] as const;
const percentileOptions = comparable.map((value) => ({
  value,
  label: `p${percentile(Number(value))}`,
}));

/** Which percentile is compared between services or versions; one choice for the page, in its address. */
export function useComparedPercentile() {
  const [chosen, choose] = useQueryState(
    "percentile",
    parseAsStringLiteral(comparable).withDefault("0.95").withOptions({ history: "replace" }),
  );
  const control = (
    <Segmented
      label="Percentile compared"
      value={chosen}
      onValueChange={(value) => void choose(value)}
      options={percentileOptions}
    />
  );
  return { quantile: Number(chosen), control };
}

export function PercentilesView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const answers = answeredOf(input);
  const isComparison = input.services.length > 1;
  const { quantile, control } = useComparedPercentile();
  const series = isComparison
    ? comparedPercentile(answers, quantile)
    : answers[0] === undefined
      ? []
      : percentileLines(answers[0].result);
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, unit).label}
      actions={isComparison ? control : undefined}
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={thresholdsOf(signal, isComparison ? quantile : undefined)}
      />
    </SignalPanel>
  );
}

const onlyMeans = {
  text: "This engine counts sums of durations, not how many requests took how long: there is an average and no distribution.",
};

export function DistributionView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit, observed } = signals[signal];
  const [answered] = answeredOf(input);
  const result = answered?.result;
  const lines = useMemo(() => (result === undefined ? [] : percentileLines(result)), [result]);
  const distribution = useMemo(() => {
    if (result?.distribution === undefined) return undefined;
    const filled = filledBuckets(result.distribution.bounds, result.distribution.counts);
    return { ...filled, scale: bucketScale(filled.bounds, summedCounts(filled.counts), unit) };
  }, [result, unit]);
  return (
    <SignalPanel
      input={input}
      unit={distribution?.scale.label}
      empty={result !== undefined && distribution === undefined ? onlyMeans : undefined}
    >
      {distribution === undefined || input.grid === undefined ? null : (
        <HeatmapChart
          title={titleOf(input)}
          grid={input.grid}
          bounds={distribution.bounds}
          counts={distribution.counts}
          unit={unit}
          scale={distribution.scale}
          lines={lines}
          height={chartPx}
          noun={observed}
        />
      )}
    </SignalPanel>
  );
}
