"use client";

import { HeatmapChart } from "@/components/charts/heatmap-chart";
import { HistogramChart, type QuantileMark } from "@/components/charts/histogram-chart";
import { type ChartSeries, type Grid, scaleOf } from "@/components/charts/series";
import { type Mark, TimeSeriesChart, type TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import { Panel, type PanelProps } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import {
  type LatencySignal,
  latencySignals,
  type OverviewPanel,
  queryId,
  tableRows,
} from "@/lib/dashboards/overview";
import { lastValue } from "@/lib/dashboards/overview-state";
import type { Service } from "@/lib/services/schema";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult } from "@/lib/signals/schema";
import { format, type Unit } from "@/lib/units";
import { panelNotes, panelOrigin, panelPromql, panelState, type Refresh } from "./panel-state";
import {
  errorTypeSeries,
  filledBuckets,
  gpuSeries,
  percentileSeries,
  singleSeries,
  summedCounts,
  versionSeries,
} from "./series";

/** What happened on the page's time axis, beside the measurements. */
export interface TimeAxis {
  marks: readonly Mark[];
  gaps: NonNullable<TimeSeriesChartProps["gaps"]>;
}

export interface PanelInput {
  panel: OverviewPanel;
  refresh: Refresh;
  grid: Grid | undefined;
  axis: TimeAxis;
  service: Service;
  latency: {
    signal: LatencySignal;
    choose: (signal: LatencySignal) => void;
    view: LatencyView;
    show: (view: LatencyView) => void;
  };
}

/** What stands beside the percentile lines: the whole range in one picture, or its course. */
export const latencyViews = ["histogram", "heatmap"] as const;
export type LatencyView = (typeof latencyViews)[number];

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
  ...props
}: { input: PanelInput; queryIds: readonly string[] } & Omit<PanelProps, "id" | "title" | "state"> & {
    title?: string;
  }) {
  const { panel, refresh } = input;
  const origin = panelOrigin(queryIds, refresh);
  return (
    <Panel
      title={panel.title}
      {...props}
      id={panel.id}
      state={panelState(queryIds, refresh)}
      notes={panelNotes(queryIds, refresh)}
      promql={panelPromql(queryIds, refresh)}
    >
      {props.children}
      {origin === undefined ? null : <p className="pt-2 text-caption text-secondary">{origin}</p>}
    </Panel>
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

const unitLabel = (series: readonly ChartSeries[], unit: Unit): string => scaleOf(series, unit).label;

const valueNow = (result: SignalResult | undefined, unit: Unit): string | undefined => {
  const value = lastValue(result);
  return value === undefined ? undefined : format(value, unit);
};

function RatePanel(input: PanelInput) {
  const result = resultOf(input, "rate");
  const series = result === undefined ? [] : singleSeries(result, "Requests");
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      unit={unitLabel(series, "requests_per_second")}
      value={valueNow(result, "requests_per_second")}
    >
      <Lines input={input} series={series} unit="requests_per_second" />
    </SignalPanel>
  );
}

function ErrorPanel(input: PanelInput) {
  const total = resultOf(input, "total");
  const types = resultOf(input, "types");
  // Types that did not happen are left out of the picture; without any it is the line of the whole, at zero.
  const happened =
    types === undefined ? [] : errorTypeSeries(types).filter(({ values }) => values.some((value) => value));
  const series = happened.length > 0 || total === undefined ? happened : singleSeries(total, "All errors");
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      unit={unitLabel(series, "ratio")}
      value={valueNow(total, "ratio")}
    >
      <Lines
        input={input}
        series={series}
        unit="ratio"
        kind={happened.length > 0 ? "stacked-bars" : "line"}
      />
    </SignalPanel>
  );
}

function QueuePanel(input: PanelInput) {
  const waiting = resultOf(input, "waiting");
  const running = resultOf(input, "running");
  const series = [
    ...(waiting === undefined ? [] : singleSeries(waiting, "Waiting")),
    ...(running?.status === "ok" ? singleSeries(running, "Running", "reference") : []),
  ];
  const thresholds = signals.queue_depth.thresholds ?? [];
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      unit="requests"
      value={waiting === undefined ? undefined : format(lastValue(waiting), "requests")}
    >
      <Lines
        input={input}
        series={series}
        unit="requests"
        levels={thresholds.map(({ value, label, severity }, index) => ({
          from: value,
          to: thresholds[index + 1]?.value ?? null,
          label,
          tone: severity,
        }))}
      />
    </SignalPanel>
  );
}

function TokenPanel(input: PanelInput) {
  const output = resultOf(input, "output");
  const prompt = resultOf(input, "prompt");
  const series = [
    ...(output === undefined ? [] : singleSeries(output, "Output")),
    ...(prompt?.status === "ok" ? singleSeries(prompt, "Prompt", "reference") : []),
  ];
  return (
    <SignalPanel
      input={input}
      queryIds={idsOf(input.panel)}
      unit={unitLabel(series, "tokens_per_second")}
      value={valueNow(output, "tokens_per_second")}
    >
      <Lines input={input} series={series} unit="tokens_per_second" />
    </SignalPanel>
  );
}

function GpuPanel(input: PanelInput) {
  const result = resultOf(input, "utilization");
  const series = result === undefined ? [] : gpuSeries(result);
  return (
    <SignalPanel input={input} queryIds={idsOf(input.panel)} unit="%" value={counted(series.length, "GPU")}>
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
  const series = used === undefined ? [] : gpuSeries(used);
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

function LatencyPanel(input: PanelInput) {
  const { latency, refresh, grid } = input;
  const id = queryId(input.panel.id, "latency");
  const result = refresh.results?.get(id);
  // The answer may still be of the signal chosen before.
  const signal = (result?.signal ?? latency.signal) as SignalId;
  const { unit, target, title } = signals[signal];
  const series = result === undefined ? [] : percentileSeries(result);
  const summary = refresh.results?.get(
    tableRows.find((row) => row.signal === signal)?.queryId ?? "",
  )?.summary;
  const marks = (summary?.quantiles ?? []).flatMap((one): QuantileMark[] =>
    one.value === undefined || one.q > 0.99
      ? []
      : [
          {
            label: `p${percentile(one.q)}`,
            value: one.value,
            ...(one.kind === "at_least" ? { words: `≥ ${format(one.value, unit)}` } : {}),
            color: `p${percentile(one.q)}` as "p50" | "p95" | "p99",
          },
        ],
  );
  const distribution =
    result?.distribution === undefined
      ? undefined
      : filledBuckets(result.distribution.bounds, result.distribution.counts);
  return (
    <SignalPanel
      input={input}
      queryIds={[id]}
      title={title}
      unit={unitLabel(series, unit)}
      className="h-full"
      actions={
        <span className="flex gap-1">
          <Select
            size="sm"
            aria-label="Latency shown"
            value={latency.signal}
            onValueChange={(value) => latency.choose(value as LatencySignal)}
            options={latencySignals.map((value) => ({ value, label: signals[value].shortTitle }))}
          />
          <Select
            size="sm"
            aria-label="Distribution shown as"
            value={latency.view}
            onValueChange={(value) => latency.show(value as LatencyView)}
            options={[
              { value: "histogram", label: "Histogram" },
              { value: "heatmap", label: "Heat map" },
            ]}
          />
        </span>
      }
    >
      <div className="grid min-w-0 gap-4 md:grid-cols-2">
        <Lines
          input={input}
          title={`${title}: p50, p95, p99`}
          series={series}
          unit={unit}
          thresholds={target === undefined ? [] : [{ value: target.value, label: "target", tone: "warning" }]}
        />
        {distribution === undefined || grid === undefined ? null : latency.view === "heatmap" ? (
          <HeatmapChart
            title={`${title}: distribution over time`}
            grid={grid}
            bounds={distribution.bounds}
            counts={distribution.counts}
            unit={unit}
          />
        ) : (
          <HistogramChart
            title={`${title}: distribution over the range`}
            bounds={distribution.bounds}
            counts={summedCounts(distribution.counts)}
            unit={unit}
            quantiles={marks}
            noun={signals[signal].observed}
          />
        )}
      </div>
    </SignalPanel>
  );
}

function VersionsPanel(input: PanelInput) {
  const { versionColorSlots } = input.service;
  const rate = resultOf(input, "rate");
  const ttft = resultOf(input, "ttft");
  const rates = rate === undefined ? [] : versionSeries(rate, versionColorSlots);
  const latencies = ttft === undefined ? [] : versionSeries(ttft, versionColorSlots);
  return (
    <SignalPanel input={input} queryIds={idsOf(input.panel)} value={counted(rates.length, "version")}>
      <div className="grid min-w-0 gap-4 md:grid-cols-2">
        <figure className="min-w-0">
          <figcaption className="pb-1 text-caption text-secondary">
            Request rate, {unitLabel(rates, "requests_per_second")}
          </figcaption>
          <Lines input={input} title="Request rate by version" series={rates} unit="requests_per_second" />
        </figure>
        <figure className="min-w-0">
          <figcaption className="pb-1 text-caption text-secondary">
            TTFT p95, {latencies.length === 0 ? "s" : unitLabel(latencies, "seconds")}
          </figcaption>
          {latencies.length === 0 ? (
            <p className="text-secondary">{ttft?.reason?.text ?? ttft?.error?.detail}</p>
          ) : (
            <Lines
              input={input}
              title="TTFT p95 by version"
              series={latencies}
              unit="seconds"
              thresholds={[{ value: signals.ttft.target?.value ?? 0.5, label: "target", tone: "warning" }]}
            />
          )}
        </figure>
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
        const [lo, hi] = [latency?.band?.lo[0], latency?.band?.hi[0]];
        const isAtLeast = lo !== null && lo !== undefined && hi === null;
        const words = latency?.values[0] === undefined ? undefined : format(latency.values[0], "seconds");
        return (
          <li key={version}>
            <span className="text-primary">{version}</span>: {format((values[0] ?? 0) / total, "ratio")} of
            requests
            {words === undefined ? null : `, TTFT p95 ${isAtLeast ? "≥ " : ""}${words} over the range`}
          </li>
        );
      })}
    </ul>
  );
}
