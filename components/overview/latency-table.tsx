"use client";

import { Panel } from "@/components/ui/panel";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { Tooltip } from "@/components/ui/tooltip";
import { tableRows } from "@/lib/dashboards/overview";
import type { SignalDefinition } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { QuantileValue, SignalResult } from "@/lib/signals/schema";
import { format, formatExact } from "@/lib/units";
import { explainedState } from "./doctor-link";
import { panelNotes, panelPromql, panelState, type Refresh } from "./panel-state";
import { useOverviewTexts } from "./texts";

const quantiles = [0.5, 0.95, 0.99, 0.999];

/** The names stay in sight while a narrow screen is scrolled sideways. */
const pinned = "sticky left-0 bg-surface-panel max-lg:border-r";

/** p50 to p99.9, mean and standard deviation of the three latencies over the whole range, each explained on hover. */
export function LatencyTable({ refresh, service }: { refresh: Refresh; service: string }) {
  const { signals, quantileExplanations } = useOverviewTexts();
  const ids = tableRows.map(({ queryId }) => queryId);
  // Any row that can be filled is worth the table: the face is that of the first that has something.
  const shown = ids.find((id) => refresh.results?.get(id)?.summary !== undefined) ?? ids[0]!;
  const signal = refresh.results?.get(shown)?.signal;
  const summarised = explainedState(panelState([shown], refresh), { service, signal });
  return (
    <Panel
      id="percentiles"
      title="Percentiles over the range"
      state={summarised}
      notes={panelNotes(ids, refresh)}
      promql={panelPromql(ids, refresh)}
      height="auto"
      flush={summarised.kind === "data"}
    >
      <Table label="Percentiles of the latencies" framed={false}>
        <TableHead>
          <TableRow>
            <TableHeader className={`${pinned} z-20`}>Latency</TableHeader>
            {quantiles.map((quantile) => (
              <Explained key={quantile} text={quantileExplanations[String(quantile)] ?? ""}>
                p{percentile(quantile)}
              </Explained>
            ))}
            <Explained text={quantileExplanations.mean ?? ""}>Mean</Explained>
            <Explained text={quantileExplanations.standardDeviation ?? ""}>Std. deviation</Explained>
            <TableHeader numeric>Observed</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {tableRows.map(({ signal, queryId }) => {
            const result = refresh.results?.get(queryId);
            const definition = signals[signal];
            return (
              <TableRow key={signal}>
                <TableRowHeader className={pinned}>
                  <Tooltip text={definition.explanation}>
                    <button
                      type="button"
                      className="cursor-help text-left underline decoration-dotted underline-offset-4"
                    >
                      {definition.title}
                    </button>
                  </Tooltip>
                </TableRowHeader>
                <LatencyCells result={result} definition={definition} />
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </Panel>
  );
}

function LatencyCells({
  result,
  definition: { unit, observed },
}: {
  result: SignalResult | undefined;
  definition: SignalDefinition;
}) {
  const summary = result?.summary;
  if (summary === undefined)
    return (
      <TableCell colSpan={quantiles.length + 3} className="whitespace-normal text-secondary">
        {result?.reason?.kind === "not_measurable" ? (
          <Hint text={result.reason.text}>Not measurable here</Hint>
        ) : (
          (result?.reason?.text ?? result?.error?.detail ?? "–")
        )}
      </TableCell>
    );
  const { standardDeviation, mean, count } = summary;
  return (
    <>
      {quantiles.map((q) => (
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

function QuantileCell({ value, unit }: { value: QuantileValue | undefined; unit: SignalDefinition["unit"] }) {
  if (value?.value === undefined || value.kind === "undetermined")
    return (
      <TableCell numeric>
        <Hint text={value?.reason ?? "It cannot be said."}>–</Hint>
      </TableCell>
    );
  const number =
    value.kind === "at_least" ? `≥ ${format(value.lo ?? value.value, unit)}` : format(value.value, unit);
  const band =
    value.kind === "at_least"
      ? "It lies beyond the histogram's last bound."
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

function Hint({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <Tooltip text={text}>
      <button type="button" className="cursor-help">
        {children}
      </button>
    </Tooltip>
  );
}

function Explained({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <TableHeader numeric>
      <Tooltip text={text}>
        <button type="button" className="cursor-help underline decoration-dotted underline-offset-4">
          {children}
        </button>
      </Tooltip>
    </TableHeader>
  );
}
