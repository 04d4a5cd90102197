import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import { ruleExpression, ruleSeries } from "./large-servers";
import type { Measurement } from "./measurement";
import type { UpstreamQuery } from "./recording-proxy";
import type { BenchServer } from "./stack";
import { Straight } from "./straight";

const days = 30;
const interval = 60;
const rounds = 7;
// The first rounds open connections and have both sides compile what they run.
const discardedRounds = 3;
/** A server gives 11,000 points a series at most; so the console divides its range as well. */
const pointsAtOnce = 10_800;
const threshold = 12;

export const backtestTitle = `Backtest, ${days} days at 1 min, ${ruleSeries} series`;

interface BacktestContext extends BenchContext {
  console: ConsoleClient;
  /** The server with the rule's series, known to the console by this name. */
  server: BenchServer;
  source: string;
  /** Of the last sample, unix seconds. */
  lastSample: number;
}

/** Measurement 9: a rule replayed over 30 days that were not asked for before, and again with another threshold. */
export async function measureBacktest(context: BacktestContext): Promise<Measurement[]> {
  const { console, server, source, lastSample, signal, detail } = context;
  const straight = new Straight(server.url, signal);
  const cold: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  let pages = 0;
  let evaluations = 0;
  try {
    for (let index = -discardedRounds; index < rounds; index += 1) {
      if (index >= 0) detail(`round ${index + 1} of ${rounds}`);
      // An end of its own each round, so that nothing of its range is kept.
      const end = Math.floor(lastSample / interval - index - discardedRounds) * interval;
      const range = { start: end - days * 86_400, end };
      const ask = (above: number) =>
        console.backtest({
          source,
          expr: ruleExpression,
          comparison: ">",
          threshold: above,
          for: 300,
          start: new Date(range.start * 1000).toISOString(),
          end: new Date(range.end * 1000).toISOString(),
          interval,
          pagesPerWeek: 2,
        });
      const askBare = () => straight.ask(upstreamOf(range));
      const isFirst = index % 2 === 0;
      const before = isFirst ? undefined : await askBare();
      const first = await ask(threshold);
      const second = await ask(threshold * 1.02);
      const alone = before ?? (await askBare());
      if (index < 0) continue;
      cold.push(first.seconds);
      again.push(second.seconds);
      bare.push(alone);
      pages = first.answer.noise.pages;
      evaluations = first.answer.evaluations;
    }
  } finally {
    await straight.close();
  }
  const reference = { of: "its range queries alone", values: bare };
  const measurement = (title: string, values: number[]): Measurement => ({
    number: 9,
    title: `${backtestTitle}, ${title}`,
    unit: "seconds",
    subject: { of: "console", values },
    reference,
    bar: { kind: "absolute", most: 3 },
    details: [],
  });
  return [
    {
      ...measurement("a range not asked for before", cold),
      details: [
        `${rounds} rounds of \`${ruleExpression}\`; ${evaluations.toLocaleString("en-US")} evaluations, ${pages.toLocaleString("en-US")} pages in the last round, and a threshold and a \`for\` suggested.`,
      ],
    },
    measurement("another threshold", again),
  ];
}

function upstreamOf({ start, end }: { start: number; end: number }): UpstreamQuery[] {
  const span = interval * (pointsAtOnce - 1);
  const queries: UpstreamQuery[] = [];
  for (let from = start; from <= end; from += span + interval)
    queries.push({
      path: "/api/v1/query_range",
      form: new URLSearchParams({
        query: ruleExpression,
        start: String(from),
        end: String(Math.min(end, from + span)),
        step: String(interval),
      }).toString(),
    });
  return queries;
}
