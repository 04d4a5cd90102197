import { setTimeout as wait } from "node:timers/promises";
import { overviewPanels } from "@/lib/dashboards/overview";
import type { SignalsRequest } from "@/lib/signals/schema";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { oneStepLater, onGrid, pageRequest, queryLater } from "./page-request";
import type { RecordingProxy, UpstreamQuery } from "./recording-proxy";
import { Straight } from "./straight";

const range = 6 * 3600;
const rounds = 21;
// A console that serves people has long compiled what it runs; one that has just started has not.
const warmingRequests = 30;
const warmingRange = 3600;
// The first rounds open connections on both sides.
const discardedRounds = 2;
// Refreshes of one page are at least 5 s apart. The console reads the next values over the whole range a moment after it
// has answered; rounds without a pause would measure one grid's reads beside another's refresh.
const betweenRefreshesMs = 2_000;

/** How much of the page is asked for. */
export interface Scope {
  title: string;
  /** Added to the page's step, so that no two scopes ask for one grid. Seconds. */
  apart: number;
  hasBar: boolean;
  isAsked(queryId: string): boolean;
}

export const scopes: readonly Scope[] = [
  {
    title: "Eight panels",
    apart: 0,
    hasBar: true,
    isAsked: (queryId) => overviewPanels.some(({ id }) => queryId.startsWith(`${id}.`)),
  },
  { title: "Whole page, with key numbers and table", apart: 17, hasBar: false, isAsked: () => true },
];

export const coldTitle = ({ title }: Scope): string => `${title}, cold`;
export const refreshTitle = ({ title }: Scope): string => `${title}, a step later`;

interface Round {
  request: SignalsRequest;
  /** What a console that keeps nothing sends upstream for it. */
  queries: readonly UpstreamQuery[];
  /** When the console was asked, in milliseconds since the epoch. */
  askedAt: number;
}

export interface ColdRounds {
  scope: Scope;
  measurement: Measurement;
  rounds: readonly Round[];
}

interface PanelsContext extends BenchContext {
  console: ConsoleClient;
  /** Another console, behind the proxy. */
  recorded: ConsoleClient;
  proxy: RecordingProxy;
}

/** Has the console answer requests for another range, none of them from what it keeps. Before {@link measureCold}. */
export async function warmUp(console: ConsoleClient): Promise<void> {
  for (let index = 0; index < warmingRequests; index += 1) {
    const now = Date.now() / 1000;
    const hour = pageRequest(console.service, { now, range: warmingRange });
    await console.signals(onGrid(hour, { now, range: warmingRange, step: hour.step + index }));
  }
}

/** Measurement 1, first half: both sides in turns, each round on a grid that the console has not been asked for. */
export async function measureCold(context: PanelsContext, scope: Scope): Promise<ColdRounds> {
  const { console, recorded, proxy, stack, signal, detail } = context;
  const straight = new Straight(stack.prometheusUrl, signal);
  const throughConsole: number[] = [];
  const withoutConsole: number[] = [];
  const kept: Round[] = [];
  const whole = pageRequest(console.service, { now: Date.now() / 1000, range });
  const page = { ...whole, queries: whole.queries.filter(({ id }) => scope.isAsked(id)) };
  try {
    for (let index = -discardedRounds; index < rounds; index += 1) {
      if (index >= 0) detail(`round ${index + 1} of ${rounds}`);
      const request = onGrid(page, { now: Date.now() / 1000, range, step: page.step + scope.apart + index });
      proxy.forget();
      await recorded.signals(request);
      const queries = [...proxy.queries()];
      if (queries.length === 0)
        throw new Error("The console sent no query upstream; nothing can be compared.");
      const askedAt = Date.now();
      const [first, second] = await inTurns(
        index % 2 === 0,
        async () => (await console.signals(request)).seconds,
        () => straight.ask(queries),
      );
      if (index < 0) continue;
      throughConsole.push(first);
      withoutConsole.push(second);
      kept.push({ request, queries, askedAt });
    }
  } finally {
    await straight.close();
  }
  return {
    scope,
    rounds: kept,
    measurement: {
      number: 1,
      title: coldTitle(scope),
      unit: "seconds",
      subject: { of: "console", values: throughConsole },
      reference: { of: "Prometheus alone", values: withoutConsole },
      ...(scope.hasBar ? { bar: { kind: "ratio", factor: 1.25, allowance: 0.03 } as const } : {}),
      details: [
        `${scope.title}: ${rounds} rounds; ${page.queries.length} signals, for which ${counts(kept)} go upstream.`,
      ],
    },
  };
}

/** Measurement 1, second half: each grid once more when its step has passed. Waits until then. */
export async function measureRefresh(
  { console, stack, signal, detail }: Omit<PanelsContext, "recorded" | "proxy">,
  cold: ColdRounds,
): Promise<Measurement> {
  const straight = new Straight(stack.prometheusUrl, signal);
  const throughConsole: number[] = [];
  const withoutConsole: number[] = [];
  try {
    for (const [index, { request, queries, askedAt }] of cold.rounds.entries()) {
      const dueAt = askedAt + request.step * 1000;
      if (dueAt > Date.now()) {
        detail("waiting until a step has passed");
        await wait(dueAt - Date.now(), undefined, { signal });
      }
      detail(`round ${index + 1} of ${cold.rounds.length}`);
      await wait(betweenRefreshesMs, undefined, { signal });
      const later = queries.map((query) => queryLater(query, request.step));
      // Opens the connections, which are not what is measured.
      if (index === 0) await straight.ask(later);
      const [first, second] = await inTurns(
        index % 2 === 0,
        async () => (await console.signals(oneStepLater(request))).seconds,
        () => straight.ask(later),
      );
      throughConsole.push(first);
      withoutConsole.push(second);
    }
  } finally {
    await straight.close();
  }
  return {
    number: 1,
    title: refreshTitle(cold.scope),
    unit: "seconds",
    subject: { of: "console", values: throughConsole },
    reference: { of: "Prometheus alone", values: withoutConsole },
    ...(cold.scope.hasBar ? { bar: { kind: "ratio", factor: 0.35, allowance: 0.02 } as const } : {}),
    details: [],
  };
}

/** Runs both, in this order or the other, and answers in this one. */
async function inTurns(
  isFirstFirst: boolean,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<[number, number]> {
  if (isFirstFirst) {
    const one = await first();
    return [one, await second()];
  }
  const two = await second();
  return [await first(), two];
}

/** How many queries of either kind the rounds sent upstream, which is the same in all of them. */
function counts(rounds: readonly Round[]): string {
  const texts = rounds.map(({ queries }) => {
    const overTime = queries.filter(({ path }) => path === "/api/v1/query_range").length;
    return `${overTime} queries over time and ${queries.length - overTime} of one number over the whole range`;
  });
  return [...new Set(texts)].join(", or ");
}
