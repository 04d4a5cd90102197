import type { Mark, TimeSeriesChartProps } from "@/components/charts/time-series-chart";
import type { AnnotationView } from "@/lib/annotations/schema";

/** What happened on a page's time axis, beside the measurements. */
export interface TimeAxis {
  marks: readonly Mark[];
  gaps: NonNullable<TimeSeriesChartProps["gaps"]>;
}

export const noMarks: TimeAxis = { marks: [], gaps: [] };

/** Ranges in which nothing could be measured; any other range is something that people wrote down beside the measurements. */
const gapKinds: ReadonlySet<string> = new Set(["demo_stopped", "outage"]);

/** Annotations of a moment as a mark, notes on a range as one at either end, and times without measurements as hatched. */
export function timeAxisOf(
  items: readonly Pick<AnnotationView, "text" | "start" | "end" | "kind">[],
  label: (text: string) => string = (text) => text,
): TimeAxis {
  const unix = (time: string) => Date.parse(time) / 1000;
  return {
    marks: items.flatMap(({ text, start, end, kind }) => {
      if (end === null) return [{ time: unix(start), label: label(text) }];
      if (gapKinds.has(kind)) return [];
      return [
        { time: unix(start), label: label(text) },
        { time: unix(end), label: label(`end of ${text}`) },
      ];
    }),
    gaps: items.flatMap(({ text, start, end, kind }) =>
      end === null || !gapKinds.has(kind) ? [] : [{ from: unix(start), to: unix(end), label: label(text) }],
    ),
  };
}
