"use client";

import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { type ChartSeries, scaleOf } from "@/components/charts/series";
import { Segmented } from "@/components/ui/segmented";
import { fleetNames, fleetOf, seriesOfGpu, spreadOf } from "@/lib/dashboards/fleet";
import { clockReasonWords } from "@/lib/gpu/clock-events";
import { fleetSummary, fleetText } from "@/lib/gpu/fleet";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { SignalResult } from "@/lib/signals/schema";
import { format } from "@/lib/units";
import { GpuMap, ShadeScale } from "./gpu-map";
import { chartPx, leadingSignal, PageChart, Sentence, sentencePx, thresholdsOf } from "./line-views";
import { nthColor } from "./lines";
import { resultOf, SignalPanel, type ViewInput } from "./signal-panel";

/** The answers of all services to one query of the panel. */
export const answersTo = (input: ViewInput, query: string): SignalResult[] =>
  input.services.flatMap((service) => resultOf(input, query, service) ?? []);

const newest = (values: readonly (number | null)[]): number | undefined =>
  values.slice(-2).findLast((value) => value !== null) ?? undefined;

/** Average, maximum and minimum over the GPUs; the average alone would hide who is idle and who is full. */
export function GpuSpreadView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const gpus = fleetOf(answersTo(input, "value"));
  const names = fleetNames(gpus);
  const spread = spreadOf(gpus);
  const series: ChartSeries[] =
    gpus.length === 0
      ? []
      : gpus.length === 1
        ? [{ id: "only", label: names.get(gpus[0]!.key)!, color: "subject", values: gpus[0]!.values }]
        : [
            { id: "max", label: "max", color: "reference", values: spread.max },
            { id: "mean", label: "average", color: "subject", values: spread.mean },
            { id: "min", label: "min", color: "reference", values: spread.min },
          ];
  const now = newest(spread.mean);
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, unit).label}
      value={now === undefined ? undefined : format(now, unit)}
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={thresholdsOf(signal)}
        height={chartPx - sentencePx}
      />
      <Sentence>
        {fleetText(
          fleetSummary(
            gpus.map(({ key, values }) => ({ gpu: names.get(key)!, value: newest(values) ?? null })),
          ),
          unit,
        )}
      </Sentence>
    </SignalPanel>
  );
}

/** The GPU that the page shows in full; one choice for the page, in its address. */
export const useChosenGpu = () =>
  useQueryState("gpu", parseAsString.withOptions({ history: "replace", scroll: false }));

export function GpuMapView(input: ViewInput) {
  const query = input.placed.chosen ?? "";
  const signal = input.placed.panel.queries[query]?.signal ?? leadingSignal(input);
  const { unit, explanation } = signals[signal];
  const [chosen, choose] = useChosenGpu();
  const [, show] = useQueryState("map", parseAsString.withOptions({ history: "replace" }));
  const { services, refresh } = input;
  const rows = useMemo(() => {
    const gpus = fleetOf(services.flatMap((service) => resultOf({ refresh }, query, service) ?? []));
    const names = fleetNames(gpus);
    return gpus.map(({ key, values }) => ({ key, name: names.get(key)!, values }));
  }, [services, refresh, query]);
  return (
    <SignalPanel
      input={input}
      title={`Every GPU: ${signals[signal].title}`}
      height="auto"
      value={rows.length === 0 ? undefined : `${rows.length} ${rows.length === 1 ? "GPU" : "GPUs"}`}
      actions={
        <Segmented
          label="Shown in the heat map"
          value={query}
          onValueChange={(value) => void show(value)}
          options={(input.placed.alternatives ?? []).map((value) => ({
            value,
            label: signals[value as SignalId].shortTitle,
          }))}
          className="max-lg:hidden"
        />
      }
    >
      {input.grid === undefined || rows.length === 0 ? null : (
        <GpuMap
          title={`Every GPU: ${signals[signal].title}`}
          grid={input.grid}
          rows={rows}
          unit={unit}
          chosen={chosen ?? rows[0]?.key}
          onChoose={(key) => void choose(key)}
        />
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 pt-2">
        <p className="text-caption text-secondary">{explanation}</p>
        <ShadeScale rows={rows} unit={unit} />
      </div>
    </SignalPanel>
  );
}

/** What is measured of the chosen GPU, a line for each query. */
export function GpuLinesView(input: ViewInput) {
  const { queries, about } = input.placed.panel;
  const { unit } = signals[leadingSignal(input)];
  const [chosen] = useChosenGpu();
  const names = Object.keys(queries);
  const key = chosen ?? fleetOf(answersTo(input, names[0]!))[0]?.key;
  const series = names.flatMap((name, index): ChartSeries[] => {
    const { label = "", isReference = false } = queries[name]!;
    const [found] = key === undefined ? [] : seriesOfGpu(answersTo(input, name), key);
    if (found === undefined) return [];
    return [
      {
        id: name,
        label,
        color: isReference ? "reference" : names.length === 1 ? "subject" : nthColor(index),
        values: found.values,
      },
    ];
  });
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, unit).label}
      empty={
        series.length === 0 && input.refresh.results !== undefined
          ? { text: "Nothing was measured of this GPU in this range." }
          : undefined
      }
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={names.length === 1 ? thresholdsOf(leadingSignal(input)) : []}
        height={about === undefined ? chartPx : chartPx - sentencePx}
      />
      {about === undefined ? null : <Sentence>{about}</Sentence>}
    </SignalPanel>
  );
}

/** What is measured of the chosen GPU, split once more: a line for each part. */
export function GpuSplitView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const [query = ""] = Object.keys(input.placed.panel.queries);
  const answers = answersTo(input, query);
  const [chosen] = useChosenGpu();
  const key = chosen ?? fleetOf(answers)[0]?.key;
  const series = (key === undefined ? [] : seriesOfGpu(answers, key))
    .filter(({ values }) => values.some((value) => value))
    .map(({ labels, values }, index): ChartSeries => {
      const reason = labels.reason ?? labels.part ?? "any";
      return { id: reason, label: clockReasonWords(reason), color: nthColor(index), values };
    });
  const isNone = series.length === 0 && answers.some(({ status }) => status === "ok");
  return (
    <SignalPanel input={input} unit={scaleOf(series, unit).label}>
      {isNone ? (
        <p className="m-auto text-secondary">Not held back in this range.</p>
      ) : (
        <PageChart input={input} series={series} unit={unit} />
      )}
    </SignalPanel>
  );
}
