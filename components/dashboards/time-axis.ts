import type { Mark, TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import type { AnnotationView } from "@/lib/annotations/schema";

/** What happened on a page's time axis, beside the measurements. */
export interface TimeAxis {
  marks: readonly Mark[];
  gaps: NonNullable<TimeSeriesChartProps["gaps"]>;
}

/** Annotations of a moment as marks, and those of a range as hatched times. */
export function timeAxisOf(
  items: readonly Pick<AnnotationView, "text" | "start" | "end">[],
  label: (text: string) => string = (text) => text,
): TimeAxis {
  const unix = (time: string) => Date.parse(time) / 1000;
  return {
    marks: items.flatMap(({ text, start, end }) =>
      end === null ? [{ time: unix(start), label: label(text) }] : [],
    ),
    gaps: items.flatMap(({ text, start, end }) =>
      end === null ? [] : [{ from: unix(start), to: unix(end), label: label(text) }],
    ),
  };
}
