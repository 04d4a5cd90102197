import { setTimeout as wait } from "node:timers/promises";
import type { SignalsRequest } from "@/lib/signals/schema";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { oneStepLater, onGrid, pageRequest, queryLater } from "./page-request";
import type { RecordingProxy, UpstreamQuery } from "./recording-proxy";
import { Straight } from "./straight";

const range = 6 * 3600;
const rounds = 7;
// Enough for both sides to have their connections open and their code compiled.
const discardedRounds = 3;

export const coldTitle = "The page with its eight panels, cold";
export const refreshTitle = "The same a step later";

interface Round {
  request: SignalsRequest;
  /** What a console that keeps nothing sends upstream for it. */
  queries: readonly UpstreamQuery[];
  /** When the console was asked, in milliseconds since the epoch. */
  askedAt: number;
}

export interface ColdRounds {
  measurement: Measurement;
  rounds: readonly Round[];
}

interface PanelsContext extends BenchContext {
  console: ConsoleClient;
  /** Another console, behind the proxy. */
  recorded: ConsoleClient;
  proxy: RecordingProxy;
}

/** Measurement 1, first half: both sides in turns, each round on a grid that the console has not been asked for. */
export async function measureCold(context: PanelsContext): Promise<ColdRounds> {
  const { console, recorded, proxy, stack, signal, detail } = context;
  const straight = new Straight(stack.prometheusUrl, signal);
  const throughConsole: number[] = [];
  const withoutConsole: number[] = [];
  const kept: Round[] = [];
  const page = pageRequest(console.service, { now: Date.now() / 1000, range });
  try {
    for (let index = -discardedRounds; index < rounds; index += 1) {
      detail(index < 0 ? "warming up" : `round ${index + 1} of ${rounds}`);
      const request = onGrid(page, { now: Date.now() / 1000, range, step: page.step + index });
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
    rounds: kept,
    measurement: {
      number: 1,
      title: coldTitle,
      unit: "seconds",
      subject: { of: "console", values: throughConsole },
      reference: { of: "Prometheus alone", values: withoutConsole },
      bar: { kind: "ratio", factor: 1.25, allowance: 0.03 },
      details: [
        `${page.queries.length} signals asked for, answered from ${counts(kept)} queries upstream, ${rounds} rounds.`,
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
    title: refreshTitle,
    unit: "seconds",
    subject: { of: "console", values: throughConsole },
    reference: { of: "Prometheus alone", values: withoutConsole },
    bar: { kind: "ratio", factor: 0.35, allowance: 0.02 },
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

const counts = (rounds: readonly Round[]): string =>
  [...new Set(rounds.map(({ queries }) => queries.length))].join(" or ");
