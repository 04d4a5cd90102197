import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { blindSlots } from "./blind-slots";
import { newNotes, replayReader } from "./reader";

const start = 1_760_000_000;
const scrape = 15;
const interval = 30;
/** No samples after the first and before the second; shorter than Prometheus's lookback. */
const gap = { from: start + 603, to: start + 783 };

const samples = (isTaken: (at: number) => boolean): [number, number][] =>
  Array.from({ length: 80 }, (_, index): [number, number] => [start + 3 + index * scrape, 1]).filter(([at]) =>
    isTaken(at),
  );

describe.skipIf(whyNoPrometheus())("slots in which nothing was sampled", () => {
  const running: RunningPrometheus[] = [];
  const targets: Record<string, UpstreamTarget> = {};
  beforeAll(async () => {
    const metrics: Record<string, [string, (at: number) => boolean]> = {
      down: ["up", (at) => at <= gap.from || at >= gap.to],
      always: ["up", () => true],
      without: ["load", (at) => at <= gap.from || at >= gap.to],
    };
    for (const [name, [metric, isTaken]] of Object.entries(metrics)) {
      const series = [{ labels: { job: "chat" }, samples: samples(isTaken) }];
      const prometheus = await startPrometheus({
        openMetrics: openMetricsText([{ name: metric, type: "gauge", series }]),
      });
      running.push(prometheus);
      targets[name] = { id: name, kind: "prometheus", url: prometheus.url, headers: {} };
    }
  });
  afterAll(() => Promise.all(running.map((prometheus) => prometheus.stop())));

  const blind = async (name: string, from: number, to: number, queryOffset = 0) => {
    const slots: number[] = [];
    for (let at = start + from; at <= start + to; at += interval) slots.push(at);
    const [notes, options] = [newNotes(), { timeout: 10 }];
    const reader = replayReader(targets[name]!, slots, interval, queryOffset, notes, options);
    const found = await blindSlots(targets[name]!, reader, slots, { interval, queryOffset }, notes, options);
    return [...found].map((slot) => slot - start);
  };

  it("are those of a gap, though Prometheus still answers with what was before it", async () => {
    expect(await blind("down", 570, 900)).toEqual([630, 660, 690, 720, 750, 780]);
  });
  it("are those of a gap that has begun before them", async () => {
    expect(await blind("down", 750, 750)).toEqual([750]);
    expect(await blind("down", 750, 810)).toEqual([750, 780]);
  });
  it("move with the query's offset", async () => {
    expect(await blind("down", 570, 900, 60)).toEqual([690, 720, 750, 780, 810, 840]);
  });
  it("are none where it sampled all the time, and none where nobody can say", async () => {
    expect(await blind("always", 570, 900)).toEqual([]);
    expect(await blind("without", 570, 900)).toEqual([]);
  });
  it("are none where a scrape may be late", async () => {
    expect(await blind("down", 540, 600)).toEqual([]);
    expect(await blind("down", 565, 625)).toEqual([]);
  });
});
