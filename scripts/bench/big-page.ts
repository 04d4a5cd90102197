import { alignToStep, stepFor } from "@/lib/prometheus/step";
import type { ConsoleClient, PageQuery } from "./console-client";
import type { BenchContext } from "./context";
import { panelExpressions, seriesOfPanel } from "./large-servers";
import type { Measurement } from "./measurement";
import type { UpstreamQuery } from "./recording-proxy";
import type { BenchServer } from "./stack";
import { median } from "./statistics";
import { Straight } from "./straight";

const range = 7 * 86_400;
const rounds = 7;
// The first rounds open connections and have both sides compile what they run.
const discardedRounds = 3;
/** As the console's own pages: points across a panel. */
const pointsAcross = 240;
const interval = 30;

export const bigPageTitle = "40 panels × 10 series × 7 days";

interface BigPageContext extends BenchContext {
  console: ConsoleClient;
  /** The server with a week of the panels' series, known to the console by this name. */
  server: BenchServer;
  source: string;
}

interface Grid {
  start: number;
  end: number;
  step: number;
}

/** Measurement 6: a page through POST /api/v1/query, cold and moved on by a step, against its slowest query. */
export async function measureBigPage(context: BigPageContext): Promise<Measurement[]> {
  const { console, server, source, signal, detail } = context;
  const straight = new Straight(server.url, signal);
  const cold: number[] = [];
  const refresh: number[] = [];
  const together: number[] = [];
  const alone: number[] = [];
  const usual = stepFor(range, pointsAcross, interval);
  const ask = async (grid: Grid) => (await console.queries(requestOf(source, grid))).seconds;
  const askTogether = async (grid: Grid) => straight.ask(upstreamOf(grid));
  try {
    for (let index = -discardedRounds; index < rounds; index += 1) {
      if (index >= 0) detail(`round ${index + 1} of ${rounds}`);
      // A step of its own each round, so that nothing of its grid is kept.
      const step = usual + index;
      const end = alignToStep(Date.now() / 1000, step);
      const grid = { start: end - range, end, step };
      const before = { start: grid.start - step, end: end - step, step };
      const isFirst = index % 2 === 0;
      const first = isFirst ? await ask(before) : await askTogether(before);
      const second = isFirst ? await askTogether(before) : await ask(before);
      const again = await ask(grid);
      const single = Math.max(...(await eachAlone(straight, grid)));
      if (index < 0) continue;
      cold.push(isFirst ? first : second);
      together.push(isFirst ? second : first);
      refresh.push(again);
      alone.push(single);
    }
  } finally {
    await straight.close();
  }
  const slowest = { of: "the slowest of its queries, all sent at once", values: together };
  const single = { of: "the slowest of its queries, each sent alone", values: alone };
  const measurement = (
    title: string,
    values: number[],
    reference: Measurement["reference"],
    bar?: Measurement["bar"],
  ): Measurement => ({
    number: 6,
    title: `${bigPageTitle}, ${title}`,
    unit: "seconds",
    subject: { of: "console", values },
    reference,
    ...(bar === undefined ? {} : { bar }),
    details: [],
  });
  const points = Math.floor(range / usual) + 1;
  return [
    {
      ...measurement("cold", cold, slowest, { kind: "ratio", factor: 1.2, allowance: 0.3 }),
      details: [
        `${rounds} rounds; ${panelExpressions.length} queries of ${seriesOfPanel} series with ${points} points each, ${(panelExpressions.length * seriesOfPanel * points).toLocaleString("en-US")} points in all.`,
        `The slowest query takes ${Math.round(median(alone) * 1000)} ms when each is sent alone, one after the other.`,
      ],
    },
    measurement("a step later", refresh, slowest, { kind: "ratio", factor: 0.3, allowance: 0.03 }),
    measurement("cold, against a query alone", cold, single),
    measurement("a step later, against a query alone", refresh, single),
  ];
}

function requestOf(source: string, grid: Grid): { items: PageQuery[]; maxPoints: number } {
  const items = panelExpressions.map((expr, index) => ({ id: `panel-${index}`, source, expr, ...grid }));
  return { items, maxPoints: pointsAcross };
}

const upstreamOf = ({ start, end, step }: Grid): UpstreamQuery[] =>
  panelExpressions.map((query) => ({
    path: "/api/v1/query_range",
    form: new URLSearchParams({
      query,
      start: String(start),
      end: String(end),
      step: String(step),
    }).toString(),
  }));

async function eachAlone(straight: Straight, grid: Grid): Promise<number[]> {
  const seconds: number[] = [];
  for (const query of upstreamOf(grid)) seconds.push(await straight.ask([query]));
  return seconds;
}
