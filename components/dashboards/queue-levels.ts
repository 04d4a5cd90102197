import type { Level } from "@/components/charts/canvas";
import type { ChartSeries } from "@/components/charts/series";
import { yTicksWithLevels } from "@/components/charts/time-series-model";
import type { Threshold } from "@/lib/signals/catalogue/definition";

/** The bands of a queue's thresholds on its chart, or that the chart's axis ends below the first of them. */
export function queueLevels(
  thresholds: readonly Threshold[],
  series: readonly ChartSeries[],
): { levels: Level[]; isBelowAll: boolean } {
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
  return { levels: isBelowAll ? [] : levels, isBelowAll };
}
