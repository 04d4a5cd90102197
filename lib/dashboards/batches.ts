import { alignToStep } from "@/lib/prometheus/step";
import type { SignalsRequest } from "@/lib/signals/schema";
import { overviewStep } from "./overview";
import type { PlacedPanel, PlacedQuery } from "./placement";

/** The times that all charts of a page stand on, unix seconds; start and end are multiples of the step. */
export interface BoardGrid {
  start: number;
  end: number;
  step: number;
}

/** One query of a batch, and the panel that waits for it. */
export interface Entry extends PlacedQuery {
  panel: string;
}

/** What was asked for on one grid: each batch is a request. */
export interface Asked {
  grid: string;
  /** Panels that were asked for, with what. */
  panels: ReadonlySet<string>;
  batches: readonly (readonly Entry[])[];
}

/** The most queries that one request may hold. */
const mostQueries = 64;

/** The grid of a page, so that viewers a moment apart ask for the same. All in seconds. */
export function boardGrid({
  from,
  to,
  scrapeInterval,
}: {
  from: number;
  to: number;
  scrapeInterval: number;
}): BoardGrid {
  const step = overviewStep(to - from, scrapeInterval);
  const end = alignToStep(to, step);
  return { start: Math.min(alignToStep(from, step), end - step), end, step };
}

export const gridName = ({ start, end, step }: BoardGrid): string => `${start}-${end}-${step}`;

/**
 * What has to be asked so that all panels in sight are answered on this grid: a new grid asks for all of them at once,
 * one that comes into sight later is asked for on its own. Returns `before` itself where nothing is missing.
 */
export function askFor(before: Asked | undefined, grid: string, inSight: readonly PlacedPanel[]): Asked {
  const known = before?.grid === grid ? before : undefined;
  const missing = inSight.filter((panel) => known?.panels.has(signature(panel)) !== true);
  if (known !== undefined && missing.length === 0) return known;
  return {
    grid,
    panels: new Set([...(known?.panels ?? []), ...missing.map(signature)]),
    batches: [...(known?.batches ?? []), ...batchesOf(missing)],
  };
}

/** A panel with what it asks for: other services, or another alternative, are another question. */
const signature = ({ key, queries }: PlacedPanel): string =>
  JSON.stringify([key, queries.map(({ name }) => name)]);

/** A source that does not answer keeps only its own waiting, so each is asked by requests of its own. */
function batchesOf(panels: readonly PlacedPanel[]): Entry[][] {
  const bySource = new Map<string | undefined, Entry[]>();
  for (const { key, queries } of panels)
    for (const query of queries) {
      const entries = bySource.get(query.source) ?? [];
      bySource.set(query.source, entries);
      entries.push({ panel: key, ...query });
    }
  return [...bySource.values()].flatMap((entries) =>
    Array.from({ length: Math.ceil(entries.length / mostQueries) }, (_, index) =>
      entries.slice(index * mostQueries, (index + 1) * mostQueries),
    ),
  );
}

/** The request of a batch; the answer's results are in the order of the entries. */
export const batchRequest = (entries: readonly Entry[], grid: BoardGrid): SignalsRequest => ({
  ...grid,
  queries: entries.map(({ query, before }, index) => ({
    id: `q${index}`,
    ...query,
    ...(before ? { offset: grid.end - grid.start } : {}),
    ...(query.shape === "summary" ? { acceptPrevious: true } : {}),
  })),
});
