"use client";

import type { ReactNode } from "react";
import { Coded } from "@/components/ui/coded";
import { TableCell, TableHeader } from "@/components/ui/table";
import { Tooltip } from "@/components/ui/tooltip";
import { measuredQuantile, measuredText } from "@/lib/dashboards/bound";
import type { SignalDefinition } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { QuantileValue, SignalResult } from "@/lib/signals/schema";
import { format, formatExact, type Unit } from "@/lib/units";

/** The percentiles of a table of latencies. */
const tableQuantiles = [0.5, 0.95, 0.99, 0.999];

/** The headers over `PercentileCells`, each explained by `quantileExplanations` of the catalogue. */
export function PercentileHeaders({ explanations }: { explanations: Readonly<Record<string, string>> }) {
  return (
    <>
      {tableQuantiles.map((quantile) => (
        <Explained key={quantile} text={explanations[String(quantile)] ?? ""}>
          p{percentile(quantile)}
        </Explained>
      ))}
      <Explained text={explanations.mean ?? ""}>Mean</Explained>
      <Explained text={explanations.standardDeviation ?? ""}>Std. deviation</Explained>
      <TableHeader numeric>Observed</TableHeader>
    </>
  );
}

/** p50 to p99.9, mean, standard deviation and count of a summary, or why there are none. */
export function PercentileCells({
  result,
  definition: { unit, observed },
}: {
  result: SignalResult | undefined;
  definition: Pick<SignalDefinition, "unit" | "observed">;
}) {
  const summary = result?.summary;
  if (summary === undefined)
    return (
      <TableCell
        colSpan={tableQuantiles.length + 3}
        className="whitespace-normal text-secondary [overflow-wrap:anywhere]"
      >
        {result?.reason?.kind === "not_measurable" ? (
          <Hint text={<Coded text={result.reason.text} />}>Not measurable here</Hint>
        ) : (
          <Coded text={result?.reason?.text ?? result?.error?.detail ?? "–"} />
        )}
      </TableCell>
    );
  const { standardDeviation, mean, count } = summary;
  return (
    <>
      {tableQuantiles.map((q) => (
        <QuantileCell key={q} value={summary.quantiles.find((one) => one.q === q)} unit={unit} />
      ))}
      <TableCell numeric title={mean === null ? undefined : formatExact(mean, unit)}>
        {format(mean, unit)}
      </TableCell>
      <TableCell numeric>
        {standardDeviation.kind === "estimate" ? (
          <Hint text={standardDeviation.note}>≈ {format(standardDeviation.value, unit)}</Hint>
        ) : (
          <Hint text={standardDeviation.reason}>–</Hint>
        )}
      </TableCell>
      <TableCell numeric title={count === null ? undefined : formatExact(count, observed)}>
        {format(count, observed)}
      </TableCell>
    </>
  );
}

function QuantileCell({ value, unit }: { value: QuantileValue | undefined; unit: Unit }) {
  const measured = measuredQuantile(value);
  if (value === undefined || measured === undefined)
    return (
      <TableCell numeric>
        <Hint text={value?.reason ?? "It cannot be said."}>–</Hint>
      </TableCell>
    );
  const number = measuredText(measured, unit);
  const band = measured.isAtLeast
    ? "It lies beyond the histogram's last bound."
    : measured.isAtMost
      ? "It lies in the histogram's first bucket: where, cannot be said."
      : `It lies between ${format(value.lo, unit)} and ${format(value.hi, unit)}, the bounds of its bucket.`;
  return (
    <TableCell numeric>
      <Hint text={value.reason === undefined ? band : `${value.reason} ${band}`}>
        {number}
        {value.reason === undefined ? null : <sup className="ml-0.5 text-secondary">few</sup>}
      </Hint>
    </TableCell>
  );
}

/** Words with more of them on hover and on focus. */
export function Hint({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tooltip text={text}>
      <button type="button" className="cursor-help text-left">
        {children}
      </button>
    </Tooltip>
  );
}

/** A name that is explained, as its dotted line says. */
export function ExplainedName({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Tooltip text={text}>
      <button type="button" className="cursor-help text-left underline decoration-dotted underline-offset-4">
        {children}
      </button>
    </Tooltip>
  );
}

function Explained({ text, children }: { text: string; children: ReactNode }) {
  return (
    <TableHeader numeric>
      <ExplainedName text={text}>{children}</ExplainedName>
    </TableHeader>
  );
}
