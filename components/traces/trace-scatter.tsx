"use client";

import { lazy } from "react";
import { ChartFrame } from "@/components/charts/chart-frame";
import { Panel } from "@/components/ui/panel";
import type { TraceSummaryView } from "@/lib/traces/schema";
import { formatTime } from "@/lib/units";
import { counted, lengthWords } from "./words";

const ScatterDrawing = lazy(() => import("./scatter-drawing"));
const HEIGHT_PX = 192;

/** The traces that were found, each a dot at its time with its duration; a click opens it. */
export function TraceScatter({
  traces,
  range,
  onOpen,
}: {
  traces: readonly TraceSummaryView[];
  /** Unix seconds. */
  range: { from: number; to: number };
  onOpen: (trace: TraceSummaryView) => void;
}) {
  const failing = traces.filter(({ errorSpanCount }) => errorSpanCount > 0).length;
  const slowest = Math.max(...traces.map(({ duration }) => duration));
  const title = "Duration over time";
  return (
    <Panel id="scatter" title={title} unit="s" height={HEIGHT_PX}>
      <ChartFrame
        title={title}
        summary={`${counted(traces.length, "trace")}, ${failing} with errors, the slowest of ${lengthWords(slowest)}.`}
        height={HEIGHT_PX}
        range={range}
        table={() => ({
          header: ["Began", "Trace", "Duration", "Spans with errors"],
          rows: traces.map((trace) => ({
            key: `${trace.source} ${trace.traceId}`,
            cells: [
              formatTime(trace.start / 1e6),
              trace.traceId,
              lengthWords(trace.duration),
              trace.errorSpanCount,
            ],
            raw: [trace.start / 1e6, trace.traceId, trace.duration / 1e6, trace.errorSpanCount],
          })),
        })}
      >
        <ScatterDrawing traces={traces} range={range} height={HEIGHT_PX} onOpen={onOpen} />
      </ChartFrame>
    </Panel>
  );
}
