import { queryOptions } from "@tanstack/react-query";
import type { ChartSeries, Grid } from "@/components/charts/series";
import { isRuleState } from "@/lib/alerts/evaluation/rule-states";
import type { AlertDetail } from "@/lib/alerts/schema";
import { requestJson } from "@/lib/api/client";
import type { QueryAnswerItem } from "@/lib/query/schema";
import { durationWords } from "./duration-words";

/** What a curve is asked for: PromQL over a range of a source. Unix seconds, and whole seconds between points. */
export type CurveRequest = { source: string; expr: string; start: number; end: number; step: number };

/** The most lines of a chart that can be told from one another; the largest are shown. */
const mostLines = 30;

const labelsText = (metric: Record<string, string>, common: ReadonlySet<string>): string => {
  const own = Object.entries(metric).filter(([name]) => name !== "__name__" && !common.has(name));
  return own.length === 0
    ? (metric.__name__ ?? "value")
    : own.map(([name, value]) => `${name}="${value}"`).join(", ");
};

/** The labels that all series have with one value: they tell none from another. */
function commonLabels(metrics: readonly Record<string, string>[]): Set<string> {
  const [first, ...others] = metrics;
  if (first === undefined || others.length === 0) return new Set();
  return new Set(Object.keys(first).filter((name) => others.every((metric) => metric[name] === first[name])));
}

/**
 * Whether an alert is of a series: but for what the rule sets, they have the same labels with the same values. One about
 * the rule itself is of every series.
 */
export function isOfSeries(
  labels: Readonly<Record<string, string>>,
  ruleLabels: readonly string[],
  metric: Readonly<Record<string, string>>,
): boolean {
  if (isRuleState(labels)) return true;
  const set = new Set(["__name__", "alertname", ...ruleLabels]);
  return Object.keys({ ...labels, ...metric }).every(
    (name) => set.has(name) || labels[name] === metric[name],
  );
}

const colors = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** The lines of an answer on the grid of the request, of all its series or those asked for; a sample that is no number is a gap. */
export function curveSeries(
  answer: QueryAnswerItem,
  { start, end, step }: Grid,
  isShown: (metric: Record<string, string>) => boolean = () => true,
): { series: ChartSeries[]; left: number } {
  if (answer.status === "error" || answer.data.resultType !== "matrix") return { series: [], left: 0 };
  const length = Math.floor((end - start) / step + 1e-9) + 1;
  const shown = answer.data.result.filter(({ metric }) => isShown(metric));
  const common = commonLabels(shown.map(({ metric }) => metric));
  const series = shown.map(({ metric, values }): ChartSeries => {
    const grid: (number | null)[] = new Array(length).fill(null);
    for (const [time, text] of values) {
      const value = Number(text);
      const index = Math.round((time - start) / step);
      if (index >= 0 && index < length && Number.isFinite(value)) grid[index] = value;
    }
    return { id: JSON.stringify(metric), label: labelsText(metric, common), color: "other", values: grid };
  });
  const last = ({ values }: ChartSeries) =>
    values.findLast((value) => value !== null) ?? Number.NEGATIVE_INFINITY;
  const kept = [...series].sort((a, b) => last(b) - last(a)).slice(0, mostLines);
  return {
    series: kept.map((each, index) => ({ ...each, color: colors[index] ?? "other" })),
    left: series.length - kept.length,
  };
}

/** The answer to a curve's request, failed ones as what the source said. */
export const curveQuery = (request: CurveRequest, enabled = true) =>
  queryOptions({
    queryKey: ["curve", request],
    queryFn: async ({ signal }) => {
      const { items } = await requestJson<{ items: QueryAnswerItem[] }>("/api/v1/query", {
        method: "POST",
        body: { items: [{ id: "curve", ...request }], maxPoints: 1_000 },
        signal,
      });
      return items[0]!;
    },
    enabled,
    staleTime: 30_000,
    retry: false,
  });

/** Flags nearer to each other than this part of the range have no room for their words. */
const nearFlags = 1 / 8;

/**
 * What became of an alert, as marks in Unix seconds. Where it fired soon after it was pending, or after the last point of
 * the range, one mark says both.
 */
export function transitionMarks(
  transitions: readonly Pick<AlertDetail["transitions"][number], "at" | "to">[],
  { start, end }: Grid,
): { time: number; label: string }[] {
  const marks = transitions.map(({ at, to }) => ({ time: Date.parse(at) / 1000, to }));
  return marks.flatMap(({ time, to }, index) => {
    const isNear = (a: number, b: number) => b > end || b - a < (end - start) * nearFlags;
    const [before, after] = [marks[index - 1], marks[index + 1]];
    if (to === "firing" && before?.to === "pending" && isNear(before.time, time)) return [];
    if (to === "pending" && after?.to === "firing" && isNear(time, after.time))
      return [{ time, label: `pending, firing after ${durationWords(Math.round(after.time - time))}` }];
    return [{ time, label: to === "inactive" ? "resolved" : to }];
  });
}

const stepChoices = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600];

/** A range around times, aligned to a step with which about 300 points fill it. Unix seconds. */
export function curveRange(from: number, to: number): { start: number; end: number; step: number } {
  const step = stepChoices.find((each) => (to - from) / each <= 320) ?? stepChoices.at(-1)!;
  return { start: Math.floor(from / step) * step, end: Math.ceil(to / step) * step, step };
}
