"use client";

import { explainedState } from "@/components/dashboards/doctor-link";
import { panelNotes, panelPromql, panelState, type Refresh } from "@/components/dashboards/panel-state";
import { ExplainedName, PercentileCells, PercentileHeaders } from "@/components/dashboards/percentile-cells";
import { Panel } from "@/components/ui/panel";
import { Table, TableBody, TableHead, TableHeader, TableRow, TableRowHeader } from "@/components/ui/table";
import { tableRows } from "@/lib/dashboards/overview";
import { useOverviewTexts } from "./texts";

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
            <PercentileHeaders explanations={quantileExplanations} />
          </TableRow>
        </TableHead>
        <TableBody>
          {tableRows.map(({ signal, queryId }) => {
            const result = refresh.results?.get(queryId);
            const definition = signals[signal];
            return (
              <TableRow key={signal}>
                <TableRowHeader className={pinned}>
                  <ExplainedName text={definition.explanation}>{definition.title}</ExplainedName>
                </TableRowHeader>
                <PercentileCells result={result} definition={definition} />
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </Panel>
  );
}
