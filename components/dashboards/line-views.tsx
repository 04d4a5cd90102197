"use client";

import { useMemo } from "react";
import type { Threshold } from "@/components/charts/canvas";
import { HeatmapChart } from "@/components/charts/heatmap-chart";
import { type ChartSeries, scaleOf } from "@/components/charts/series";
import { TimeSeriesChart, type TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import { Footnote } from "@/components/ui/footnote";
import { lastValue } from "@/lib/dashboards/overview-state";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult } from "@/lib/signals/schema";
import { format, type Unit } from "@/lib/units";
import { useComparedPercentile } from "./compared-percentile";
import {
  type Answered,
  comparedPercentile,
  estimateLines,
  queryLines,
  splitLines,
  versionLines,
} from "./lines";
import { queueLevels } from "./queue-levels";
import { filledBuckets, percentileSeries } from "./series";
import { resultOf, SignalPanel, titleOf, type ViewInput } from "./signal-panel";

/** Height of a chart in the grid, px. */
export const chartPx = 192;

/** The answers to the panel's queries that have lines, query by query within a service. */
function answeredOf(input: ViewInput): Answered[] {
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
  thresholds = [],
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
      thresholds={nearThresholds(thresholds, chart.series)}
      {...chart}
    />
  );
}

/** How far above the data a level may be to be worth its words on the chart; a target always is. */
const nearData = 2;

function nearThresholds(
  thresholds: readonly (Threshold & { isTarget?: boolean })[],
  series: readonly ChartSeries[],
): Threshold[] {
  const largest = series.reduce(
    (most, { values }) => values.reduce<number>((high, value) => Math.max(high, value ?? 0), most),
    0,
  );
  return thresholds.filter(({ value, isTarget }) => isTarget === true || value <= largest * nearData);
}

/**
 * The levels and the target that a signal is known by, as marks on its chart. A target of one percentile is none of
 * another.
 */
export function thresholdsOf(signal: SignalId, quantile?: number): (Threshold & { isTarget?: boolean })[] {
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
            isTarget: true,
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

const linesOf = (input: ViewInput): ChartSeries[] => queryLines(answeredOf(input));

export function LinesView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const series = linesOf(input);
  return (
    <SignalPanel
      input={input}
      linesOf={linesOf}
      unit={scaleOf(series, unit).label}
      value={valueNow(input, answeredOf(input))}
    >
      <PageChart input={input} series={series} unit={unit} thresholds={thresholdsOf(signal)} />
    </SignalPanel>
  );
}

const partsOf = (input: ViewInput): ChartSeries[] => splitLines(answeredOf(input), input.placed.panel);

export function SplitView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const series = partsOf(input);
  return (
    <SignalPanel input={input} linesOf={partsOf} unit={scaleOf(series, unit).label}>
      <PageChart input={input} series={series} unit={unit} thresholds={thresholdsOf(signal)} named />
    </SignalPanel>
  );
}

const estimatesOf = (input: ViewInput): ChartSeries[] =>
  answeredOf(input)
    .slice(0, 1)
    .flatMap(({ result }) => estimateLines(result));

export function EstimateView(input: ViewInput) {
  const series = estimatesOf(input);
  return (
    <SignalPanel input={input} linesOf={estimatesOf} unit={scaleOf(series, "seconds").label}>
      <PageChart input={input} series={series} unit="seconds" height={chartPx - sentencePx} />
      <Sentence>{input.placed.panel.about}</Sentence>
    </SignalPanel>
  );
}

/** One measurement of each version. */
export function VersionsView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit, kind } = signals[signal];
  const { quantile } = useComparedPercentile();
  const versionsOf = (of: ViewInput): ChartSeries[] =>
    answeredOf(of)
      .slice(0, 1)
      .flatMap(({ result }) => versionLines(result, of.services[0]?.versionColorSlots ?? {}, quantile));
  const series = versionsOf(input);
  const isLatency = kind === "quantile" && answeredOf(input)[0]?.result.statistic !== "mean";
  return (
    <SignalPanel
      input={input}
      linesOf={versionsOf}
      title={isLatency ? `${titleOf(input)} p${percentile(quantile)}` : titleOf(input)}
      unit={scaleOf(series, unit).label}
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
  const series = linesOf(input);
  const lead = answers.find(({ isReference }) => !isReference);
  const limit = answers.find(({ isReference }) => isReference);
  const [now, most] = [lastValue(lead?.result), lastValue(limit?.result)];
  return (
    <SignalPanel
      input={input}
      linesOf={linesOf}
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
  return children === undefined || children === "" ? null : <Footnote>{children}</Footnote>;
}

/** Height of a sentence under a chart, with the space above it, px. */
export const sentencePx = 24;

export function QueueView(input: ViewInput) {
  const series = linesOf(input);
  const thresholds = signals.queue_depth.thresholds ?? [];
  const { levels, isBelowAll } = queueLevels(thresholds, series);
  const bands = thresholds.map(({ value, label }) => `${label} from ${value}`).join(", ");
  return (
    <SignalPanel input={input} linesOf={linesOf} unit="requests" value={valueNow(input, answeredOf(input))}>
      <PageChart
        input={input}
        series={series}
        unit="requests"
        height={isBelowAll ? chartPx - sentencePx : chartPx}
        levels={levels}
      />
      {isBelowAll ? (
        <Sentence>{`${bands.charAt(0).toUpperCase()}${bands.slice(1)}: above this chart`}</Sentence>
      ) : null}
    </SignalPanel>
  );
}

export function PercentilesView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const isComparison = input.services.length > 1;
  const { quantile } = useComparedPercentile();
  const percentilesOf = (of: ViewInput): ChartSeries[] => {
    const answers = answeredOf(of);
    return isComparison
      ? comparedPercentile(answers, quantile)
      : answers.slice(0, 1).flatMap(({ result }) => percentileSeries(result));
  };
  const series = percentilesOf(input);
  return (
    <SignalPanel
      input={input}
      linesOf={percentilesOf}
      title={isComparison ? `${titleOf(input)} p${percentile(quantile)}` : titleOf(input)}
      unit={scaleOf(series, unit).label}
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

const contradictingBuckets = {
  text: "The buckets are not cumulative: one holds less than a lower one, so how many requests took how long cannot be told.",
};

const whyNoDistribution = ({ doubts = [] }: Pick<SignalResult, "doubts">): { text: string } =>
  doubts.some(({ kind }) => kind === "falling_buckets") ? contradictingBuckets : onlyMeans;

export function DistributionView(input: ViewInput) {
  const { unit, observed } = signals[leadingSignal(input)];
  const [answered] = answeredOf(input);
  const result = answered?.result;
  const lines = useMemo(() => (result === undefined ? [] : percentileSeries(result)), [result]);
  const distribution = useMemo(() => {
    if (result?.distribution === undefined) return undefined;
    return filledBuckets(result.distribution.bounds, result.distribution.counts);
  }, [result]);
  return (
    <SignalPanel
      input={input}
      empty={result !== undefined && distribution === undefined ? whyNoDistribution(result) : undefined}
    >
      {distribution === undefined || input.grid === undefined ? null : (
        <HeatmapChart
          title={titleOf(input)}
          grid={input.grid}
          bounds={distribution.bounds}
          counts={distribution.counts}
          unit={unit}
          lines={lines}
          height={chartPx}
          noun={observed}
        />
      )}
    </SignalPanel>
  );
}
