import { setTimeout as wait } from "node:timers/promises";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { median } from "./statistics";
import { watchPage } from "./viewers";

const range = 6 * 3600;
const viewers = 50;
const sampleEveryMilliseconds = 1000;
/** How long memory is read around either moment, in seconds: one reading may fall just before a collection. */
const windowSeconds = 10;

export const memoryTitle = "Memory of the console under 50 viewers";

/** Measurement 5, on a console that has just been started. `minutes` is at least 2. */
export async function measureMemory(
  { console, signal, detail }: BenchContext & { console: ConsoleClient },
  minutes: number,
): Promise<Measurement> {
  const startAt = Date.now();
  const endAt = startAt + minutes * 60_000;
  const samples: { second: number; bytes: number }[] = [];
  let refreshes = 0;
  const reading = async () => {
    while (Date.now() < endAt) {
      const second = (Date.now() - startAt) / 1000;
      samples.push({ second, bytes: await console.residentMemory() });
      detail(
        `minute ${Math.floor(second / 60) + 1} of ${minutes}, ${Math.round((samples.at(-1)?.bytes ?? 0) / 1e6)} MB`,
      );
      await wait(sampleEveryMilliseconds, undefined, { signal });
    }
  };
  await Promise.all([
    watchPage({
      client: console,
      count: viewers,
      range,
      startAt,
      endAt,
      signal,
      onRefresh: () => {
        refreshes += 1;
      },
    }),
    reading(),
  ]);
  const end = minutes * 60;
  const between = (from: number, to: number) =>
    samples.filter(({ second }) => second >= from && second <= to).map(({ bytes }) => bytes);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  // Whether it goes on growing is not to be seen from its two ends.
  const byMinute = Array.from({ length: Math.floor(minutes) }, (_, index) =>
    between((index + 1) * 60 - windowSeconds, (index + 1) * 60),
  ).flatMap((values) => (values.length === 0 ? [] : [megabytes(median(values))]));
  return {
    number: 5,
    title: `${memoryTitle}, after ${minutes} minutes against one`,
    unit: "bytes",
    subject: { of: `after ${minutes} minutes`, values: between(end - windowSeconds, end) },
    reference: {
      of: "after one minute",
      values: between(60 - windowSeconds / 2, 60 + windowSeconds / 2),
    },
    bar: { kind: "ratio", factor: 1.2, allowance: 0 },
    details: [
      `${refreshes} refreshes by ${viewers} viewers; the most memory seen was ${megabytes(Math.max(...samples.map(({ bytes }) => bytes)))} MB.`,
      `At the end of each minute it was ${byMinute.join(", ")} MB.`,
    ],
  };
}
