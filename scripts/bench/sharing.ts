import { setTimeout as wait } from "node:timers/promises";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { pageRequest } from "./page-request";
import type { RecordingProxy } from "./recording-proxy";
import { watchPage } from "./viewers";

const range = 3600;
const windowSeconds = 60;
const manyViewers = 50;
const leadSeconds = 1;

export const sharingTitle = "Upstream queries in 60 s, 50 viewers against one";

interface SharingContext extends BenchContext {
  /** A console behind the proxy. */
  recorded: ConsoleClient;
  proxy: RecordingProxy;
}

/** Measurement 2. Both runs begin at a grid boundary with a primed console, so they cover the same number of them. */
export async function measureSharing(context: SharingContext): Promise<Measurement> {
  const one = await watched(context, 1);
  const many = await watched(context, manyViewers);
  if (one.boundaries !== many.boundaries)
    throw new Error(
      `One viewer saw ${one.boundaries} grid boundaries and ${manyViewers} saw ${many.boundaries}: refreshes came too late to compare them. Run it on a machine that is less busy.`,
    );
  return {
    number: 2,
    title: sharingTitle,
    unit: "count",
    subject: { of: `${manyViewers} viewers`, values: [many.queries] },
    reference: { of: "one viewer", values: [one.queries] },
    bar: { kind: "ratio", factor: 1.1, allowance: 0 },
    details: [
      `Each run covered ${one.boundaries} steps of the grid; ${manyViewers} viewers refreshed ${many.refreshes} times, one ${one.refreshes} times.`,
    ],
  };
}

async function watched(
  { recorded, proxy, signal, detail }: SharingContext,
  count: number,
): Promise<{ queries: number; boundaries: number; refreshes: number }> {
  const who = count === 1 ? "one viewer" : `${count} viewers`;
  const { step } = pageRequest(recorded.service, { now: Date.now() / 1000, range });
  await recorded.signals(pageRequest(recorded.service, { now: Date.now() / 1000, range }));
  const startAt = Math.ceil((Date.now() / 1000 + leadSeconds) / step) * step * 1000;
  detail(`${who}: waiting for a grid boundary`);
  await wait(startAt - leadSeconds * 1000 - Date.now(), undefined, { signal });
  proxy.forget();
  const grids = new Set<number>();
  let refreshes = 0;
  await watchPage({
    client: recorded,
    count,
    range,
    startAt,
    endAt: startAt + windowSeconds * 1000,
    signal,
    onRefresh: (end) => {
      grids.add(end);
      refreshes += 1;
      detail(`${who}: ${refreshes} refreshes, ${proxy.queries().length} queries upstream`);
    },
  });
  return { queries: proxy.queries().length, boundaries: grids.size, refreshes };
}
