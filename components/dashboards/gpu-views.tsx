"use client";

import { parseAsString, useQueryState } from "nuqs";
import { createContext, useContext, useMemo, useRef } from "react";
import { type ChartSeries, scaleOf } from "@/components/charts/series";
import { Coded } from "@/components/ui/coded";
import { Combobox } from "@/components/ui/combobox";
import { Name } from "@/components/ui/name";
import { Segmented } from "@/components/ui/segmented";
import { shortName } from "@/components/ui/short-name";
import { fleetNames, fleetOf, type GpuLine, seriesOfGpu, spreadOf, wholeFleet } from "@/lib/dashboards/fleet";
import { gpuHealth } from "@/lib/dashboards/gpu-faults";
import { activityVerdict, utilizationExplanation } from "@/lib/gpu/activity";
import { clockReasonWords } from "@/lib/gpu/clock-events";
import { type FleetSummary, fleetSummary } from "@/lib/gpu/fleet";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { SignalResult, SignalSeries } from "@/lib/signals/schema";
import { format, type Unit } from "@/lib/units";
import { nthColor } from "./colors";
import { faultRows, firstGpu, healthAnswers } from "./gpu-fault-rows";
import { GpuMap, hasValues, type MapRow, ShadeScale } from "./gpu-map";
import { chartPx, leadingSignal, PageChart, Sentence, sentencePx, thresholdsOf } from "./line-views";
import { resultOf, SignalPanel, type ViewInput } from "./signal-panel";
import type { PanelAnswer } from "./use-board";

/** The answers of all services to one query of the panel. */
export const answersTo = (input: ViewInput, query: string): SignalResult[] =>
  input.services.flatMap((service) => resultOf(input, query, service) ?? []);

const newest = (values: readonly (number | null)[]): number | undefined =>
  values.slice(-2).findLast((value) => value !== null) ?? undefined;

function spreadLines(input: ViewInput): ChartSeries[] {
  const gpus = fleetOf(answersTo(input, "value"));
  const [first] = gpus;
  if (first === undefined) return [];
  if (gpus.length === 1)
    return [{ id: "only", label: fleetNames(gpus).get(first.key)!, color: "subject", values: first.values }];
  const { mean, max, min } = spreadOf(gpus);
  return [
    { id: "max", label: "max", color: "reference", values: max },
    { id: "mean", label: "average", color: "subject", values: mean },
    { id: "min", label: "min", color: "reference", values: min },
  ];
}

/** Average, maximum and minimum over the GPUs; the average alone would hide who is idle and who is full. */
export function GpuSpreadView(input: ViewInput) {
  const signal = leadingSignal(input);
  const { unit } = signals[signal];
  const gpus = fleetOf(answersTo(input, "value"));
  const names = fleetNames(gpus);
  const series = spreadLines(input);
  const summary = fleetSummary(
    gpus.map(({ key, values }) => ({ gpu: names.get(key)!, value: newest(values) ?? null })),
  );
  return (
    <SignalPanel
      input={input}
      linesOf={spreadLines}
      unit={scaleOf(series, unit).label}
      value={summary === null ? undefined : format(summary.average, unit)}
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={thresholdsOf(signal)}
        height={chartPx - sentencePx}
      />
      <Sentence>{spreadWords(summary, unit)}</Sentence>
    </SignalPanel>
  );
}

/** What the average in the header hides. */
function spreadWords(summary: FleetSummary | null, unit: Unit): string {
  if (summary === null) return "";
  const { count, missing, maximum, spread } = summary;
  const without = missing === 0 ? "" : `; ${missing} without a value`;
  if (count === 1) return `One GPU${without}`;
  return `Average of ${count} GPUs: at most ${format(maximum.value, unit)}, spread ${format(spread, unit)}; the most is ${shortName(maximum.gpu)}${without}`;
}

/** The GPU that the page shows in full; one choice for the page, in its address. */
export function useChosenGpu(): [string | null, (key: string) => void] {
  const [asked, ask] = useQueryState("gpu", parseAsString.withOptions({ history: "replace", scroll: false }));
  const first = useContext(FirstGpuContext);
  return [asked ?? first ?? null, (key) => void ask(key)];
}

/** The GPU that the page shows until another is chosen, from `useFirstGpu`. */
export const FirstGpuContext = createContext<string | undefined>(undefined);

/** Every GPU that an answer of the page tells of, from `useKnownGpus`. */
export const KnownGpusContext = createContext<readonly GpuLine[]>([]);

/** Every GPU that an answer of the page tells of: those of the map first, which the others are matched with. */
export function useKnownGpus(answers: ReadonlyMap<string, PanelAnswer>): readonly GpuLine[] {
  return useMemo(() => {
    const ofPanel = (key: string) => fleetOf([...(answers.get(key)?.results.values() ?? [])]);
    const others = [...answers.keys()].filter((key) => key.startsWith("gpu-") && key !== "gpu-map");
    return wholeFleet(ofPanel("gpu-map"), others.flatMap(ofPanel));
  }, [answers]);
}

/**
 * The GPU worth a look first: one with a fault, else the busiest. It is chosen once, when the map is there, and stays as
 * long as there is such a GPU: what is looked at does not move by itself.
 */
export function useFirstGpu(
  answers: ReadonlyMap<string, PanelAnswer>,
  gpus: readonly GpuLine[],
): string | undefined {
  const kept = useRef<string | undefined>(undefined);
  const faults = answers.get("gpu-faults")?.results;
  if (answers.has("gpu-map") && gpus.length > 0 && !gpus.some(({ key }) => key === kept.current))
    kept.current = firstGpu(gpus, faultRows(gpuHealth(healthAnswers(faults))));
  return kept.current;
}

export function GpuMapView(input: ViewInput) {
  const query = input.placed.chosen ?? "";
  const signal = input.placed.panel.queries[query]?.signal ?? leadingSignal(input);
  const { unit, explanation } = signals[signal];
  const [chosen, choose] = useChosenGpu();
  const [, show] = useQueryState("map", parseAsString.withOptions({ history: "replace" }));
  const { services, refresh } = input;
  const known = useContext(KnownGpusContext);
  const rows = useMemo(() => {
    const measured = fleetOf(services.flatMap((service) => resultOf({ refresh }, query, service) ?? []));
    const gpus = wholeFleet(measured, known);
    const names = fleetNames(gpus);
    return gpus.map(({ key, values }) => ({ key, name: names.get(key)!, values }));
  }, [services, refresh, query, known]);
  return (
    <SignalPanel
      input={input}
      title={`Every GPU: ${signals[signal].title}`}
      height="auto"
      value={rows.length === 0 ? undefined : rowsWords(rows)}
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
          onChoose={choose}
        />
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 pt-2">
        <p className="text-caption text-secondary">{explanation}</p>
        <ShadeScale rows={rows} unit={unit} />
      </div>
    </SignalPanel>
  );
}

/** How many GPUs there are, and of how many this is measured where it is not of all. */
function rowsWords(rows: readonly MapRow[]): string {
  const valued = rows.filter(hasValues).length;
  const all = `${rows.length} ${rows.length === 1 ? "GPU" : "GPUs"}`;
  return valued === rows.length ? all : `${valued} of ${all} with a value`;
}

/** The key of the chosen GPU; the first of those that the panel knows where none was chosen. */
function chosenOf(input: ViewInput, chosen: string | null): string | undefined {
  const [first = ""] = Object.keys(input.placed.panel.queries);
  return chosen ?? fleetOf(answersTo(input, first))[0]?.key;
}

/** The series of one GPU in the answers to a query of the panel. */
function ofChosen(input: ViewInput, chosen: string | null, query: string): SignalSeries[] {
  const key = chosenOf(input, chosen);
  return key === undefined ? [] : seriesOfGpu(answersTo(input, query), key);
}

function gpuLines(input: ViewInput, chosen: string | null): ChartSeries[] {
  const queries = Object.entries(input.placed.panel.queries);
  return queries.flatMap(([name, { label = "", isReference = false }], index): ChartSeries[] => {
    const [found] = ofChosen(input, chosen, name);
    if (found === undefined) return [];
    const color = isReference ? "reference" : queries.length === 1 ? "subject" : nthColor(index);
    return [{ id: name, label, color, values: found.values }];
  });
}

const nothingOfIt = { text: "Nothing was measured of this GPU in this range." };

/** What is measured of the chosen GPU, a line for each query. */
export function GpuLinesView(input: ViewInput) {
  const { unit } = signals[leadingSignal(input)];
  const [chosen] = useChosenGpu();
  const series = gpuLines(input, chosen);
  const isSingle = Object.keys(input.placed.panel.queries).length === 1;
  return (
    <SignalPanel
      input={input}
      linesOf={(of) => gpuLines(of, chosen)}
      unit={scaleOf(series, unit).label}
      empty={series.length === 0 && input.refresh.results !== undefined ? nothingOfIt : undefined}
    >
      <PageChart
        input={input}
        series={series}
        unit={unit}
        thresholds={isSingle ? thresholdsOf(leadingSignal(input)) : []}
      />
    </SignalPanel>
  );
}

/** How busy the chosen GPU is by each measure, and what they say together. */
export function GpuWorkView(input: ViewInput) {
  const [chosen] = useChosenGpu();
  const series = gpuLines(input, chosen);
  const now = (query: string) => newest(ofChosen(input, chosen, query)[0]?.values ?? []) ?? null;
  return (
    <SignalPanel
      input={input}
      linesOf={(of) => gpuLines(of, chosen)}
      unit="%"
      empty={series.length === 0 && input.refresh.results !== undefined ? nothingOfIt : undefined}
    >
      <PageChart input={input} series={series} unit="ratio" />
      <p className="pt-2">
        <Coded
          text={activityVerdict({
            utilization: now("gpu_utilization"),
            smActive: now("gpu_sm_active"),
            tensorActive: now("gpu_tensor_active"),
            dramActive: now("gpu_dram_active"),
          })}
        />
      </p>
      <p className="pt-1 text-caption text-secondary">{utilizationExplanation}</p>
    </SignalPanel>
  );
}

function throttling(input: ViewInput, chosen: string | null): ChartSeries[] {
  const [query = ""] = Object.keys(input.placed.panel.queries);
  return ofChosen(input, chosen, query)
    .filter(({ values }) => values.some((value) => value))
    .map(({ labels, values }, index): ChartSeries => {
      const reason = labels.reason ?? "any";
      return { id: reason, label: clockReasonWords(reason), color: nthColor(index), values };
    });
}

/** Why the clock of the chosen GPU was held back, and when; a share of the time, or 1 where only samples tell. */
export function GpuSplitView(input: ViewInput) {
  const { unit } = signals[leadingSignal(input)];
  const [chosen] = useChosenGpu();
  const series = throttling(input, chosen);
  const isKnown = Object.keys(input.placed.panel.queries).some(
    (query) => ofChosen(input, chosen, query).length > 0,
  );
  return (
    <SignalPanel
      input={input}
      linesOf={(of) => throttling(of, chosen)}
      unit={scaleOf(series, unit).label}
      empty={!isKnown && input.refresh.results !== undefined ? nothingOfIt : undefined}
    >
      {series.length === 0 ? (
        <p className="m-auto text-secondary">Its clock was not held back in this range.</p>
      ) : (
        <PageChart input={input} series={series} unit={unit} named />
      )}
    </SignalPanel>
  );
}

/** Which GPU the panels below show, and the choice of another. */
export function GpuHeading({ title, gpus }: { title: string; gpus: readonly GpuLine[] }) {
  const [chosen, choose] = useChosenGpu();
  const names = fleetNames(gpus);
  const own = gpus.find(({ key }) => key === chosen) ?? gpus[0];
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <h2 className="text-section">{title}</h2>
      {own === undefined ? null : (
        <>
          <Combobox
            aria-label="GPU"
            value={own.key}
            onValueChange={choose}
            options={gpus.map(({ key, device }) => ({
              value: key,
              label: names.get(key)!,
              ...(device === undefined ? {} : { detail: device }),
            }))}
            searchPlaceholder="Find a GPU"
            className="w-56"
          />
          {own.device === undefined ? null : <Name className="text-secondary">{own.device}</Name>}
        </>
      )}
    </div>
  );
}
