"use client";

import { type ReactNode, useMemo } from "react";
import { ChartPanel } from "@/components/chart-actions/chart-panel";
import type { Measured } from "@/components/chart-actions/measured";
import { summedCounts } from "@/components/charts/buckets";
import { HeatmapChart } from "@/components/charts/heatmap-chart";
import { HistogramChart, type QuantileMark } from "@/components/charts/histogram-chart";
import { type ChartSeries, type Grid, scaleOf } from "@/components/charts/series";
import { TimeSeriesChart, type TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import { DoctorLink, explainedState } from "@/components/dashboards/doctor-link";
import {
  panelNotes,
  panelOrigin,
  panelPromql,
  panelState,
  type Refresh,
} from "@/components/dashboards/panel-state";
import { queueLevels } from "@/components/dashboards/queue-levels";
import { filledBuckets } from "@/components/dashboards/series";
import type { TimeAxis } from "@/components/dashboards/time-axis";
import { Coded } from "@/components/ui/coded";
import { Footnote } from "@/components/ui/footnote";
import { Name } from "@/components/ui/name";
import type { PanelProps } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { isBound, measuredBetween, measuredQuantile, measuredText } from "@/lib/dashboards/bound";
import {
  type LatencySignal,
  latencySignals,
  type OverviewPanel,
  queryId,
  tableRows,
} from "@/lib/dashboards/overview";
import { lastValue } from "@/lib/dashboards/overview-state";
import type { Service } from "@/lib/services/schema";
import { percentile } from "@/lib/signals/percentile";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";
import { format, type Unit } from "@/lib/units";
import { areErrorsByType, latencyChartTitle, versionChartTitles } from "./panel-lines";
import { useOverviewTexts } from "./texts";
import { usePanelLines } from "./use-panel-lines";

export interface PanelInput {
  panel: OverviewPanel;
  refresh: Refresh;
  grid: Grid | undefined;
  /** The page's, as they were asked. */
  queries: readonly SignalQuery[];
  axis: TimeAxis;
  service: Service;
  latency: {
    signal: LatencySignal;
    choose: (signal: LatencySignal) => void;
    view: LatencyView;
    show: (view: LatencyView) => void;
  };
}

/** What stands beside the percentile lines: the distribution's course, or the whole range in one picture. */
export const latencyViews = ["heatmap", "histogram"] as const;
export type LatencyView = (typeof latencyViews)[number];

/** Height of the body of a panel whose charts have captions, and of those beside it; px. */
const captionPx = 28;
const tallPx = 192 + captionPx;
/** A sentence under a chart, with the space above it. */
const sentencePx = 24;

/** One of the eight panels, by how it is drawn. */
export function OverviewPanelView(input: PanelInput) {
  switch (input.panel.view) {
    case "lines":
      return <RatePanel {...input} />;
    case "latency":
      return <LatencyPanel {...input} />;
    case "error-types":
      return <ErrorPanel {...input} />;
    case "queue":
      return <QueuePanel {...input} />;
    case "gpu-lines":
      return <GpuPanel {...input} />;
    case "gpu-memory":
      return <GpuMemoryPanel {...input} />;
    case "tokens":
      return <TokenPanel {...input} />;
    case "versions":
      return <VersionsPanel {...input} />;
  }
}

const idsOf = (panel: OverviewPanel): string[] =>
  Object.keys(panel.queries).map((name) => queryId(panel.id, name));

/** The results of a panel by the names of its queries. */
const resultOf = ({ panel, refresh }: PanelInput, name: string): SignalResult | undefined =>
  refresh.results?.get(queryId(panel.id, name));

/** The frame of a panel: face, notes and PromQL from the answers to its queries. */
function SignalPanel({
  input,
  queryIds,
  measured,
  ...props
}: { input: PanelInput; queryIds: readonly string[]; measured: Measured | undefined } & Omit<
  PanelProps,
  "id" | "title" | "state"
> & {
    title?: string;
  }) {
  const { panel, refresh, service } = input;
  const origin = panelOrigin(queryIds, refresh);
  const signal = refresh.results?.get(queryIds[0] ?? "")?.signal;
  return (
    <ChartPanel
      title={panel.title}
      {...props}
      id={panel.id}
      measured={measured}
      state={explainedState(panelState(queryIds, refresh), { service: service.id, signal })}
      notes={panelNotes(queryIds, refresh)}
      promql={panelPromql(queryIds, refresh)}
    >
      {props.children}
      {origin === undefined ? null : <Footnote>{origin}</Footnote>}
    </ChartPanel>
  );
}

/** A chart of a panel: shares grid, marks and gaps with all others of the page. */
function Lines({
  input,
  title,
  series,
  unit,
  ...chart
}: {
  input: PanelInput;
  title?: string;
  series: readonly ChartSeries[];
  unit: Unit;
} & Partial<Omit<TimeSeriesChartProps, "grid" | "marks" | "gaps">>) {
  if (input.grid === undefined) return null;
  return (
    <TimeSeriesChart
      title={title ?? input.panel.title}
      grid={input.grid}
      series={series}
      unit={unit}
      marks={input.axis.marks}
      gaps={input.axis.gaps}
      {...chart}
    />
  );
}

const none: readonly ChartSeries[] = [];

const unitLabel = (series: readonly ChartSeries[], unit: Unit): string => scaleOf(series, unit).label;

const valueNow = (result: SignalResult | undefined, unit: Unit): string | undefined => {
  const value = lastValue(result);
  return value === undefined ? undefined : format(value, unit);
};

function RatePanel(input: PanelInput) {
  const result = resultOf(input, "rate");
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit={unitLabel(series, "requests_per_second")}
      value={valueNow(result, "requests_per_second")}
      height={tallPx}
    >
      <Lines input={input} series={series} unit="requests_per_second" height={tallPx} />
    </SignalPanel>
  );
}

function ErrorPanel(input: PanelInput) {
  const total = resultOf(input, "total");
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  const isByType = areErrorsByType(input.panel, input.refresh.results ?? new Map());
  const hasOrigin = panelOrigin(idsOf(input.panel), input.refresh) !== undefined;
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit={unitLabel(series, "ratio")}
      value={valueNow(total, "ratio")}
      height={tallPx}
    >
      <Lines
        input={input}
        series={series}
        unit="ratio"
        height={hasOrigin ? tallPx - sentencePx : tallPx}
        kind={isByType ? "stacked-bars" : "line"}
      />
    </SignalPanel>
  );
}

function QueuePanel(input: PanelInput) {
  const waiting = resultOf(input, "waiting");
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  const { signals } = useOverviewTexts();
  const thresholds = signals.queue_depth.thresholds ?? [];
  const { levels, isBelowAll } = queueLevels(thresholds, series);
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit="requests"
      value={waiting === undefined ? undefined : format(lastValue(waiting), "requests")}
      height={tallPx}
    >
      <Lines
        input={input}
        series={series}
        unit="requests"
        height={isBelowAll ? tallPx - sentencePx : tallPx}
        levels={levels}
      />
      {isBelowAll ? (
        <p className="pt-2 text-caption text-secondary">
          {`Bands at ${thresholds.map(({ value }) => value).join(" and ")} are above this chart`}
        </p>
      ) : null}
    </SignalPanel>
  );
}

function TokenPanel(input: PanelInput) {
  const output = resultOf(input, "output");
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit={unitLabel(series, "tokens_per_second")}
      value={valueNow(output, "tokens_per_second")}
      height={tallPx}
    >
      <Lines input={input} series={series} unit="tokens_per_second" height={tallPx} />
    </SignalPanel>
  );
}

function GpuPanel(input: PanelInput) {
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit="%"
      value={counted(series.length, "GPU")}
    >
      <Lines input={input} series={series} unit="ratio" max={1} />
    </SignalPanel>
  );
}

const counted = (count: number, noun: string): string | undefined =>
  count === 0 ? undefined : `${count} ${noun}${count === 1 ? "" : "s"}`;

const sumOfLast = (result: SignalResult | undefined): number | undefined => {
  if (result?.status !== "ok" || result.series.length === 0) return undefined;
  return result.series.reduce(
    (sum, { values }) => sum + (values.findLast((value) => value !== null) ?? 0),
    0,
  );
};

function GpuMemoryPanel(input: PanelInput) {
  const used = resultOf(input, "used");
  const total = resultOf(input, "total");
  const { lines, measured } = usePanelLines(input);
  const series = lines[input.panel.title] ?? none;
  const totals = new Set(
    (total?.series ?? []).map(({ values }) => values.findLast((value) => value !== null)),
  );
  const [each] = totals;
  const isAlike = totals.size === 1 && typeof each === "number";
  const [sumUsed, sumTotal] = [sumOfLast(used), sumOfLast(total)];
  const unit = scaleOf([...series, { values: [isAlike ? each : 0] }], "bytes");
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      unit={unit.label}
      value={
        sumUsed === undefined
          ? undefined
          : `${format(sumUsed, "bytes")}${sumTotal === undefined ? "" : ` of ${format(sumTotal, "bytes")}`}`
      }
    >
      <Lines
        input={input}
        series={series}
        unit="bytes"
        scale={unit}
        {...(isAlike
          ? {
              max: each,
              thresholds: [{ value: each, label: "total of a GPU", tone: "warning" as const }],
            }
          : {})}
      />
    </SignalPanel>
  );
}

/** One of two charts in a panel: what it shows and its unit, and how that is chosen. */
function CaptionedChart({
  title,
  unit,
  control,
  children,
}: {
  title: string;
  unit?: string;
  control?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <div className="flex h-7 items-center justify-between gap-2">
        <p className="min-w-0 truncate text-caption text-secondary">
          {title}
          {unit === undefined || unit === "" ? null : `, ${unit}`}
        </p>
        {control}
      </div>
      {children}
    </div>
  );
}

function LatencyPanel(input: PanelInput) {
  const { latency, refresh, grid } = input;
  const id = queryId(input.panel.id, "latency");
  const result = refresh.results?.get(id);
  // The answer may still be of the signal chosen before.
  const signal = (result?.signal ?? latency.signal) as LatencySignal;
  const { unit, target, title, observed } = useOverviewTexts().signals[signal];
  const { lines, measured } = usePanelLines(input);
  const chartTitle = latencyChartTitle(title, result ?? {});
  const series = lines[chartTitle] ?? none;
  const distribution = useMemo(() => {
    if (result?.distribution === undefined) return undefined;
    const filled = filledBuckets(result.distribution.bounds, result.distribution.counts);
    return { ...filled, perBucket: summedCounts(filled.counts) };
  }, [result]);
  return (
    <SignalPanel
      input={input}
      queryIds={[id]}
      measured={measured}
      title={title}
      height={tallPx}
      className="h-full max-md:min-h-128"
      actions={
        <Segmented
          label="Latency shown"
          value={latency.signal}
          onValueChange={latency.choose}
          options={latencySignals.map((value) => ({ value, label: latencyNames[value] }))}
        />
      }
    >
      <div className="grid min-w-0 gap-4 md:grid-cols-2">
        <CaptionedChart
          title={result?.statistic === "mean" ? "Average" : "Percentiles"}
          unit={unitLabel(series, unit)}
        >
          <Lines
            input={input}
            title={chartTitle}
            series={series}
            unit={unit}
            thresholds={
              target === undefined ? [] : [{ value: target.value, label: "target", tone: "warning" }]
            }
          />
        </CaptionedChart>
        {distribution === undefined || grid === undefined ? (
          <NoDistribution doubts={result?.doubts} />
        ) : (
          <CaptionedChart
            title={latency.view === "heatmap" ? "Distribution over time" : "Share of all in %, by bucket"}
            control={
              <Segmented
                label="Distribution shown as"
                value={latency.view}
                onValueChange={latency.show}
                options={[
                  { value: "heatmap", label: "Heat map" },
                  { value: "histogram", label: "Histogram" },
                ]}
              />
            }
          >
            {latency.view === "heatmap" ? (
              <HeatmapChart
                title={`${title}: distribution over time`}
                grid={grid}
                bounds={distribution.bounds}
                counts={distribution.counts}
                unit={unit}
                lines={series}
                noun={observed}
              />
            ) : (
              <HistogramChart
                title={`${title}: distribution over the range`}
                bounds={distribution.bounds}
                counts={distribution.perBucket}
                unit={unit}
                quantiles={quantileMarks(refresh, signal, unit)}
                noun={observed}
              />
            )}
          </CaptionedChart>
        )}
      </div>
    </SignalPanel>
  );
}

/** In place of a distribution of buckets that contradict each other; what has no buckets says so elsewhere. */
function NoDistribution({ doubts = [] }: Pick<SignalResult, "doubts">) {
  const isFalling = doubts.some(({ kind }) => kind === "falling_buckets");
  return isFalling ? (
    <p className="m-auto max-w-[40ch] text-center text-secondary">
      No distribution: the buckets contradict each other.
    </p>
  ) : null;
}

/** Beside one another in the header of a panel. */
const latencyNames: Record<LatencySignal, string> = { ttft: "TTFT", itl: "ITL", e2e_latency: "E2E" };

/** p50, p95 and p99 over the whole range, as marks on the histogram of it. */
function quantileMarks(refresh: Refresh, signal: LatencySignal, unit: Unit): QuantileMark[] {
  const row = tableRows.find((one) => one.signal === signal);
  const quantiles = refresh.results?.get(row?.queryId ?? "")?.summary?.quantiles ?? [];
  return quantiles.flatMap((quantile): QuantileMark[] => {
    const { q, value } = quantile;
    const measured = measuredQuantile(quantile);
    if (value === undefined || measured === undefined || q > 0.99) return [];
    const label = `p${percentile(q)}` as "p50" | "p95" | "p99";
    return [
      { label, value, color: label, ...(isBound(measured) ? { words: measuredText(measured, unit) } : {}) },
    ];
  });
}

function VersionsPanel(input: PanelInput) {
  const { target } = useOverviewTexts().signals.ttft;
  const ttft = resultOf(input, "ttft");
  const { lines, measured } = usePanelLines(input);
  const rates = lines[versionChartTitles.rate] ?? none;
  const latencies = lines[versionChartTitles.ttft] ?? none;
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      measured={measured}
      value={counted(rates.length, "version")}
      height={tallPx + sentencePx}
      className="max-md:min-h-136"
    >
      <div className="grid min-w-0 gap-4 md:grid-cols-2">
        <CaptionedChart title="Request rate" unit={unitLabel(rates, "requests_per_second")}>
          <Lines input={input} title={versionChartTitles.rate} series={rates} unit="requests_per_second" />
        </CaptionedChart>
        <CaptionedChart
          title="TTFT p95"
          unit={latencies.length === 0 ? undefined : unitLabel(latencies, "seconds")}
        >
          {latencies.length === 0 ? (
            <div className="grid gap-1 text-secondary">
              <p className="[overflow-wrap:anywhere]">
                <Coded text={ttft?.reason?.text ?? ttft?.error?.detail ?? ""} />
              </p>
              {ttft === undefined ? null : <DoctorLink service={input.service.id} signal={ttft.signal} />}
            </div>
          ) : (
            <Lines
              input={input}
              title={versionChartTitles.ttft}
              series={latencies}
              unit="seconds"
              thresholds={
                target === undefined ? [] : [{ value: target.value, label: "target", tone: "warning" }]
              }
            />
          )}
        </CaptionedChart>
      </div>
      <VersionSentence rate={resultOf(input, "rateTotal")} ttft={resultOf(input, "ttftTotal")} />
    </SignalPanel>
  );
}

/** The comparison in words: how the traffic is split, and what each version's users wait. */
function VersionSentence({ rate, ttft }: { rate: SignalResult | undefined; ttft: SignalResult | undefined }) {
  const total = (rate?.series ?? []).reduce((sum, { values }) => sum + (values[0] ?? 0), 0);
  if (rate?.status !== "ok" || total === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1 pt-2 text-caption text-secondary">
      {rate.series.map(({ labels, values }) => {
        const version = labels.version ?? "without a version";
        const latency = ttft?.series.find((series) => series.labels.version === labels.version);
        const value = latency?.values[0];
        const words =
          value === undefined || value === null
            ? undefined
            : measuredText(measuredBetween(value, latency?.band?.lo[0], latency?.band?.hi[0]), "seconds");
        return (
          <li key={version} className="min-w-0 max-w-full">
            <Name className="text-primary">{version}</Name>: {format((values[0] ?? 0) / total, "ratio")} of
            requests
            {words === undefined ? null : `, TTFT p95 ${words} over the range`}
          </li>
        );
      })}
    </ul>
  );
}
