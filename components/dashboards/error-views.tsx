"use client";

import { type ReactNode, useMemo } from "react";
import { scaleOf } from "@/components/charts/series";
import { Sparkline } from "@/components/charts/sparkline";
import { Name } from "@/components/ui/name";
import { StateBadge } from "@/components/ui/state-badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { meetsTarget } from "@/lib/dashboards/bound";
import { lastValue, summaryValue, targetText } from "@/lib/dashboards/overview-state";
import { signals } from "@/lib/signals/catalogue";
import { countsOf } from "@/lib/signals/counted";
import { downtimeOf } from "@/lib/signals/downtime";
import { type ErrorSide, errorGuidance } from "@/lib/signals/error-guidance";
import { format, formatExact } from "@/lib/units";
import { chartPx, PageChart } from "./line-views";
import { errorTypeSeries } from "./series";
import { resultOf, SignalPanel, titleOf, type ViewInput } from "./signal-panel";

/** Failures by type as a share of all requests, stacked: what the error rate is made of. */
export function ErrorTypesView(input: ViewInput) {
  const [service] = input.services;
  const total = service && resultOf(input, "total", service);
  const types = service && resultOf(input, "types", service);
  // Types that did not happen are left out of the picture.
  const series = useMemo(
    () => (types === undefined ? [] : errorTypeSeries(types).filter(({ values }) => values.some(Boolean))),
    [types],
  );
  const now = lastValue(total);
  const isNone = total?.status === "ok" && series.length === 0;
  return (
    <SignalPanel
      input={input}
      unit={scaleOf(series, "ratio").label}
      value={now === undefined ? undefined : format(now, "ratio")}
    >
      {isNone ? (
        <p className="m-auto text-secondary">No request failed in this range.</p>
      ) : (
        <PageChart input={input} series={series} unit="ratio" kind="stacked-bars" height={chartPx} />
      )}
    </SignalPanel>
  );
}

/** The share of requests that did not fail over the range, against its target, and the downtime it amounts to. */
export function AvailabilityView(input: ViewInput) {
  const [service] = input.services;
  const definition = signals.availability;
  const result = service && resultOf(input, "whole", service);
  const course = service && resultOf(input, "course", service)?.series[0]?.values;
  const value = summaryValue(result)?.value;
  const downtime = downtimeOf(value);
  const target = targetText(definition);
  return (
    <SignalPanel input={input}>
      <div className="flex min-h-0 flex-1 flex-col justify-between gap-4">
        <div>
          <p className="text-stat tabular-nums" title={formatExact(value, "ratio")}>
            {format(value, "ratio")}
          </p>
          {value === undefined || target === undefined ? null : (
            <p className="-ml-1 mt-1">
              <StateBadge state={meetsTarget(definition, value) ? "ok" : "warning"}>
                {meetsTarget(definition, value) ? `Target ${target}` : `Target ${target} missed`}
              </StateBadge>
            </p>
          )}
        </div>
        {course === undefined ? null : (
          <Sparkline
            fluid
            values={course}
            label={`${titleOf(input)} over the range`}
            target={definition.target?.value}
            min={Math.min(1, ...course.filter((one) => one !== null))}
            max={1}
          />
        )}
        <dl className="grid grid-cols-2 gap-x-6 gap-y-1 border-t pt-3">
          <Amount term="Downtime a month, if it went on so">{format(downtime?.month, "seconds")}</Amount>
          <Amount term="Downtime a year">{format(downtime?.year, "seconds")}</Amount>
        </dl>
      </div>
    </SignalPanel>
  );
}

function Amount({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid min-w-0">
      <dt className="text-caption text-secondary">{term}</dt>
      <dd className="text-strong tabular-nums">{children}</dd>
    </div>
  );
}

const sides: Record<ErrorSide, string> = { ours: "ours", client: "the caller’s", unknown: "cannot say" };

/** Failures by type over the range: how many, what share, why usually, and what to do. */
export function ErrorGuidanceView(input: ViewInput) {
  const [service] = input.services;
  const types = service && resultOf(input, "types", service);
  const counts = types === undefined ? [] : countsOf(types);
  const rows = (types?.series ?? [])
    .map(({ labels, values }, index) => ({
      type: labels.type ?? "",
      rate: values[0] ?? 0,
      count: counts[index] ?? null,
    }))
    .filter(({ rate }) => rate > 0)
    .sort((a, b) => b.rate - a.rate);
  const all = rows.reduce((sum, { rate }) => sum + rate, 0);
  return (
    <SignalPanel input={input} height="auto" flush={types?.status === "ok" && rows.length > 0}>
      {rows.length === 0 ? (
        <p className="py-6 text-center text-secondary">No request failed in this range.</p>
      ) : (
        <Table label={titleOf(input)} framed={false}>
          <TableHead>
            <TableRow>
              <TableHeader>Type</TableHeader>
              <TableHeader numeric>Failed</TableHeader>
              <TableHeader numeric>
                Share<span className="max-lg:sr-only"> of failures</span>
              </TableHeader>
              <TableHeader className="max-lg:hidden">Whose fault</TableHeader>
              <TableHeader className="max-lg:hidden">Usual cause</TableHeader>
              <TableHeader className="max-lg:hidden">What to do</TableHeader>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map(({ type, rate, count }) => {
              const { title, cause, action, side } = errorGuidance(type);
              return (
                <TableRow key={type}>
                  <TableRowHeader className="max-lg:w-full max-lg:max-w-0 max-lg:py-1.5">
                    {type === "" ? (
                      title
                    ) : (
                      <Name className="max-w-[28ch] text-mono max-lg:max-w-full">{type}</Name>
                    )}
                    <span className="block whitespace-normal font-normal lg:hidden">
                      <span className="block text-secondary">{`Fault: ${sides[side]}. ${cause}`}</span>
                      {action}
                    </span>
                  </TableRowHeader>
                  <TableCell numeric className="max-lg:py-1.5 max-lg:align-top">
                    {format(count, "requests")}
                  </TableCell>
                  <TableCell numeric className="max-lg:py-1.5 max-lg:align-top">
                    {format(rate / all, "ratio")}
                  </TableCell>
                  <TableCell className="text-secondary max-lg:hidden">{sides[side]}</TableCell>
                  <TableCell className="min-w-64 whitespace-normal py-1.5 max-lg:hidden">{cause}</TableCell>
                  <TableCell className="min-w-64 whitespace-normal py-1.5 max-lg:hidden">{action}</TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      )}
    </SignalPanel>
  );
}
