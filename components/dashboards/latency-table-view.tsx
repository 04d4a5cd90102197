"use client";

import { Name } from "@/components/ui/name";
import { Table, TableBody, TableHead, TableHeader, TableRow, TableRowHeader } from "@/components/ui/table";
import { quantileExplanations, signals } from "@/lib/signals/catalogue";
import { ExplainedName, PercentileCells, PercentileHeaders } from "./percentile-cells";
import { resultOf, SignalPanel, type ViewInput } from "./signal-panel";

/** The names stay in sight while a narrow screen is scrolled sideways. */
const pinned = "sticky left-0 bg-surface-panel max-lg:border-r";

/** p50 to p99.9, mean and standard deviation of each latency over the range; of several services, one row each. */
export function LatencyTableView(input: ViewInput) {
  const isComparison = input.services.length > 1;
  const rows = Object.entries(input.placed.panel.queries).flatMap(([query, { signal }]) =>
    input.services
      .filter((service) => service.signals.includes(signal))
      .map((service, index) => ({ query, signal, service, isFirst: index === 0 })),
  );
  return (
    <SignalPanel input={input} height="auto" flush={input.refresh.results !== undefined}>
      <Table label={input.placed.panel.title} framed={false}>
        <TableHead>
          <TableRow>
            <TableHeader className={`${pinned} z-20`}>Latency</TableHeader>
            {isComparison ? <TableHeader>Service</TableHeader> : null}
            <PercentileHeaders explanations={quantileExplanations} />
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(({ query, signal, service, isFirst }) => (
            <TableRow key={`${query} ${service.id}`}>
              <TableRowHeader className={pinned}>
                {isFirst ? (
                  <ExplainedName text={signals[signal].explanation}>{signals[signal].title}</ExplainedName>
                ) : (
                  <span className="sr-only">{signals[signal].title}</span>
                )}
              </TableRowHeader>
              {isComparison ? (
                <th scope="row" className="h-8 whitespace-nowrap border-b px-3 text-left font-normal">
                  <Name className="max-w-[28ch]">{service.id}</Name>
                </th>
              ) : null}
              <PercentileCells result={resultOf(input, query, service)} definition={signals[signal]} />
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </SignalPanel>
  );
}
