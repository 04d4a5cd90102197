"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Coded } from "@/components/ui/coded";
import { Name } from "@/components/ui/name";
import { Panel, type PanelState } from "@/components/ui/panel";
import { errorFacts } from "@/lib/api/client";
import { costQuery, costRange, headroomQuery } from "@/lib/cost/client";
import type { Known } from "@/lib/cost/schema";
import { format, formatMoney, formatTime, THIN_SPACE } from "@/lib/units";
import { chartPx } from "./line-views";
import { Hint } from "./percentile-cells";
import { titleOf, type ViewInput } from "./signal-panel";

const stateOf = (query: {
  data: unknown;
  error: unknown;
  isFetching: boolean;
  refetch: () => unknown;
}): PanelState =>
  query.data !== undefined
    ? { kind: "data", refreshing: query.isFetching }
    : query.error === null
      ? { kind: "loading" }
      : {
          kind: "error",
          error: errorFacts(query.error),
          onRetry: () => void query.refetch(),
          retrying: query.isFetching,
        };

/** What the range cost: per million tokens, in all, in GPU-hours. */
export function CostView(input: ViewInput) {
  const { grid, placed, services } = input;
  const query = useQuery({
    ...costQuery(services[0]?.id ?? "", costRange({ start: grid?.start ?? 0, end: grid?.end ?? 0 })),
    // Not before the panel is near, as its own queries are.
    enabled: grid !== undefined,
    placeholderData: keepPreviousData,
  });
  const cost = query.data;
  const money = ({ value, reason }: Known): ReactNode =>
    value === null || !cost?.currency ? (
      <Hint text={reason ?? "It cannot be said."}>–</Hint>
    ) : (
      formatMoney(value, cost.currency)
    );
  const hours = ({ value, reason }: Known): ReactNode =>
    value === null ? (
      <Hint text={reason ?? "It cannot be said."}>–</Hint>
    ) : (
      `${value.toPrecision(3)}${THIN_SPACE}GPU-hours`
    );
  const isPriced = cost !== undefined && cost.cost.value !== null;
  return (
    <Panel
      id={placed.key}
      title={titleOf(input)}
      state={stateOf(query)}
      promql={cost?.expr ?? []}
      notes={(cost?.notes ?? []).map((text) => ({ kind: "warning", text }))}
    >
      {cost === undefined ? null : (
        <div className="flex flex-1 flex-col justify-between gap-4" style={{ minHeight: chartPx }}>
          <div>
            <p className="text-stat tabular-nums">
              {isPriced
                ? money(cost.perMillionOutputTokens.cost)
                : hours(cost.perMillionOutputTokens.gpuHours)}
            </p>
            <p className="text-caption text-secondary">per million output tokens</p>
          </div>
          <Numbers>
            <Fact term="Per million tokens, prompts included">
              {isPriced ? money(cost.perMillionTokens.cost) : hours(cost.perMillionTokens.gpuHours)}
            </Fact>
            <Fact term="In this range">{isPriced ? money(cost.cost) : hours(cost.gpuHours)}</Fact>
            <Fact term="Output tokens of each GPU">
              {cost.tokensPerSecondPerGpu.value === null ? (
                <Hint text={cost.tokensPerSecondPerGpu.reason ?? "It cannot be said."}>–</Hint>
              ) : (
                format(cost.tokensPerSecondPerGpu.value, "tokens_per_second")
              )}
            </Fact>
            <Fact term="GPUs">
              <Name className="max-w-full">
                {cost.gpus
                  .map(({ gpus, gpuModel }) => `${gpus} × ${gpuModel ?? "of unknown model"}`)
                  .join(", ") || "–"}
              </Name>
            </Fact>
          </Numbers>
          {isPriced ? null : (
            <p className="text-caption text-secondary">
              In GPU-hours, as there is no price:{" "}
              <a className="text-link underline" href="/settings/gpu-prices">
                set one
              </a>
              .
            </p>
          )}
        </div>
      )}
    </Panel>
  );
}

/** The request rate at which the queue starts to grow, from the last weeks, with its uncertainty. */
export function HeadroomView(input: ViewInput) {
  const { grid, placed, services } = input;
  const query = useQuery({
    ...headroomQuery(services[0]?.id ?? ""),
    // Not before the panel is near, as its own queries are.
    enabled: grid !== undefined,
  });
  const found = query.data;
  return (
    <Panel
      id={placed.key}
      title={titleOf(input)}
      state={stateOf(query)}
      promql={found?.expr ?? []}
      notes={(found?.notes ?? []).map((text) => ({ kind: "warning", text }))}
    >
      {found === undefined ? null : (
        <div className="flex flex-1 flex-col justify-between gap-4" style={{ minHeight: chartPx }}>
          <div>
            <p className="text-stat tabular-nums">
              {found.rate === null
                ? found.atLeast === null
                  ? "Cannot say"
                  : `≥ ${format(found.atLeast, "requests_per_second")}`
                : format(found.rate, "requests_per_second")}
            </p>
            <p className="max-w-[60ch] text-caption text-secondary [overflow-wrap:anywhere]">
              <Coded
                text={
                  found.rate === null
                    ? (found.reason ?? "The data do not tell.")
                    : "at which the queue starts to grow, at today’s mix of requests and replicas"
                }
              />
            </p>
          </div>
          <Numbers>
            <Fact term="95 % interval">
              {found.interval === null
                ? "–"
                : `${format(found.interval.lo, "requests_per_second")} to ${found.interval.hi === null ? "no upper end" : format(found.interval.hi, "requests_per_second")}`}
            </Fact>
            <Fact term="Now, in the last hour">{format(found.current, "requests_per_second")}</Fact>
            <Fact term="More than now that fits">
              {found.headroom === null ? "–" : format(found.headroom, "ratio")}
            </Fact>
            <Fact term="Windows compared, with a queue">
              {`${format(found.windows, "count")}, ${format(found.windowsWithQueue, "count")}`}
            </Fact>
          </Numbers>
          <p className="text-caption text-secondary">
            {`From ${formatTime(found.start, { seconds: false })} to ${formatTime(found.end, { seconds: false })}, whatever the range of this page.`}
          </p>
        </div>
      )}
    </Panel>
  );
}

function Numbers({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-2 gap-x-6 gap-y-3 border-t pt-3">{children}</dl>;
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0">
      <dt className="truncate text-caption text-secondary" title={term}>
        {term}
      </dt>
      <dd className="truncate text-strong tabular-nums">{children}</dd>
    </div>
  );
}
