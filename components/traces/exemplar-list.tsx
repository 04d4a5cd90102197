"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Panel } from "@/components/ui/panel";
import { errorFacts } from "@/lib/api/client";
import { exemplarsQuery } from "@/lib/exemplars/client";
import type { SignalId } from "@/lib/signals/catalogue";
import { signals } from "@/lib/signals/catalogue";
import { format, formatTime } from "@/lib/units";
import { traceHref } from "./addresses";

/** The slowest of a hundred, and five at least. */
const share = 0.01;
const fewest = 5;

const isSignal = (text: string): text is SignalId => Object.hasOwn(signals, text);

/**
 * The slowest observations of the chart that led here whose traces its exemplars name: what connects a chart with a trace
 * whatever the two call their services. Nothing without such a chart.
 */
export function ExemplarList({
  service,
  signal,
  range,
  now,
}: {
  service: string;
  signal: string;
  range: { from: number; to: number };
  /** Unix seconds: times of that day have no date. */
  now: number;
}) {
  const isKnown = service !== "" && isSignal(signal);
  const { data, error, refetch, isFetching } = useQuery({
    ...exemplarsQuery(service, {
      signal: (isKnown ? signal : "ttft") as SignalId,
      start: range.from,
      end: range.to,
    }),
    enabled: isKnown,
  });
  if (!isKnown) return null;
  const { title, unit } = signals[signal];
  const known = (data?.items ?? [])
    .filter(({ traceId }) => traceId !== null)
    .sort((a, b) => b.value - a.value);
  const shown = known.slice(0, Math.max(fewest, Math.ceil(known.length * share)));
  return (
    <Panel
      title={`${title} of ${service}, by exemplars`}
      height="auto"
      state={
        data !== undefined
          ? { kind: "data" }
          : error
            ? {
                kind: "error",
                title: "The exemplars could not be read",
                error: errorFacts(error),
                onRetry: () => void refetch(),
                retrying: isFetching,
              }
            : { kind: "loading" }
      }
    >
      {shown.length === 0 ? (
        <p className="text-secondary">
          No exemplar of this window names a trace, so the slowest are searched by duration, below.
        </p>
      ) : (
        <>
          <p className="mb-2 text-secondary">
            The slowest {shown.length} of {known.length} observations of this window that name their trace.
          </p>
          <ul className="grid gap-1">
            {shown.map(({ time, value, traceId, spanId }) => (
              <li key={`${time} ${traceId}`} className="flex flex-wrap items-baseline gap-x-3">
                <span className="w-20 text-right text-strong tabular-nums">{format(value, unit)}</span>
                <span className="text-secondary tabular-nums">
                  {formatTime(time, { now: new Date(now * 1000) })}
                </span>
                <Link
                  href={traceHref(traceId!, { span: spanId ?? undefined })}
                  className="min-w-0 truncate text-link text-mono hover:underline"
                >
                  {traceId}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
