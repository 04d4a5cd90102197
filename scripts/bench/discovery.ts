import { setTimeout as wait } from "node:timers/promises";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import { manyNames, manySeries } from "./large-servers";
import type { Measurement } from "./measurement";
import type { ProxiedRequest, RecordingProxy } from "./recording-proxy";

const rounds = 3;
const pollMilliseconds = 100;
const withinMilliseconds = 60_000;

export const discoveryTitle = `Discovery, ${manyNames.toLocaleString("en-US")} names and ${manySeries.toLocaleString("en-US")} series`;

interface DiscoveryContext extends BenchContext {
  console: ConsoleClient;
  /** Before the large server. */
  proxy: RecordingProxy;
}

/** Measurement 7: from the first to the last request with which a server that was just added is looked through. */
export async function measureDiscovery(context: DiscoveryContext): Promise<Measurement[]> {
  const { detail } = context;
  const seconds: number[] = [];
  const calls: number[] = [];
  const found: number[] = [];
  for (let index = 0; index < rounds; index += 1) {
    detail(`round ${index + 1} of ${rounds}`);
    const round = await discover(context, `large-${index}`);
    seconds.push(round.seconds);
    calls.push(round.calls);
    found.push(round.services);
  }
  return [
    {
      number: 7,
      title: discoveryTitle,
      unit: "seconds",
      subject: { of: "first to last request", values: seconds },
      bar: { kind: "absolute", most: 5 },
      details: [
        `${rounds} rounds, each with a source that was just added; ${[...new Set(found)].join(" or ")} services found.`,
      ],
    },
    {
      number: 7,
      title: `${discoveryTitle}, upstream calls`,
      unit: "count",
      subject: { of: "calls", values: calls },
      bar: { kind: "absolute", most: 20 },
      details: [],
    },
  ];
}

async function discover(
  { console, proxy, signal }: DiscoveryContext,
  name: string,
): Promise<{ seconds: number; calls: number; services: number }> {
  proxy.forget();
  const source = await console.addSource(name, proxy.url);
  try {
    const deadline = Date.now() + withinMilliseconds;
    for (;;) {
      const services = await console.discovered(name);
      if (services > 0) {
        const asked = proxy.requests().filter(isDiscovery);
        const startedAt = Math.min(...asked.map((request) => request.startedAt));
        const endedAt = Math.max(...asked.map((request) => request.endedAt ?? request.startedAt));
        return { seconds: (endedAt - startedAt) / 1000, calls: asked.length, services };
      }
      if (Date.now() > deadline)
        throw new Error(`The console found nothing in ${name} within ${withinMilliseconds / 1000} seconds.`);
      await wait(pollMilliseconds, undefined, { signal });
    }
  } finally {
    await console.removeSource(source);
  }
}

/** The check of the connection is no part of it, nor are the rules that the server evaluates itself. */
const isDiscovery = ({ path }: ProxiedRequest): boolean =>
  !path.startsWith("/api/v1/status/") && !path.startsWith("/api/v1/rules");
