import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { QueryableService } from "@/lib/signals/query";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { findGaps } from "./gaps";
import { readEvidence } from "./read";

const reason = whyNoPrometheus();
const start = 1_767_225_600;
const minute = 60;
const end = start + 60 * minute;

/** Samples every 15 s; null is no sample. */
const sampled = (valueAt: (seconds: number) => number | null): [number, number][] =>
  Array.from({ length: 241 }, (_, index) => index * 15).flatMap((seconds) => {
    const value = valueAt(seconds);
    return value === null ? [] : [[start + seconds, value] as [number, number]];
  });
const between = (seconds: number, from: number, to: number) =>
  seconds >= from * minute && seconds < to * minute;

/*
 * Two replicas: nothing is scraped from 10 to 15 min, the second does not answer from 20 to 25 min and comes back as a new
 * process, and from 40 to 50 min nobody asks for anything.
 */
const isScraped = (seconds: number) => !between(seconds, 10, 15);
const answers = (seconds: number) => isScraped(seconds) && !between(seconds, 20, 25);
const requestsUntil = (seconds: number) =>
  Math.min(seconds, 40 * minute) + Math.max(0, seconds - 50 * minute);
const family = (
  name: string,
  type: "gauge" | "counter",
  valueAt: (replica: "a" | "b", seconds: number) => number | null,
) => ({
  name: name.replace(/_total$/, ""),
  type,
  series: (["a", "b"] as const).map((instance) => ({
    suffix: name.endsWith("_total") ? "_total" : "",
    labels: { job: "chat-api", instance, model_name: "llama" },
    samples: sampled((seconds) => valueAt(instance, seconds)),
  })),
});
const history = openMetricsText([
  family("up", "gauge", (replica, seconds) =>
    isScraped(seconds) ? (replica === "a" || answers(seconds) ? 1 : 0) : null,
  ),
  family("vllm:num_requests_running", "gauge", (replica, seconds) =>
    isScraped(seconds) && (replica === "a" || answers(seconds)) ? 1 : null,
  ),
  family("process_start_time_seconds", "gauge", (replica, seconds) =>
    replica === "a"
      ? isScraped(seconds)
        ? start - 900
        : null
      : answers(seconds)
        ? seconds < 20 * minute
          ? start - 600
          : start + 24 * minute + 30
        : null,
  ),
  family("vllm:request_success_total", "counter", (replica, seconds) =>
    replica === "a"
      ? isScraped(seconds)
        ? requestsUntil(seconds)
        : null
      : answers(seconds)
        ? requestsUntil(seconds) - (seconds < 20 * minute ? 0 : 20 * minute)
        : null,
  ),
]);

describe.skipIf(reason)("gaps of a service in a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history });
  });
  afterAll(() => prometheus?.stop());

  const service = (job: string): QueryableService => ({
    name: "chat-api",
    sourceName: "prometheus",
    profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: job }], labels: {} }],
    scrapeInterval: 15,
    target: async () => ({ id: "p", kind: "prometheus", url: prometheus.url, headers: {} }),
  });
  const context = { requestId: "test", now: new Date(end * 1000) };

  it("tells each of the four reasons, at its time", async () => {
    const evidence = await readEvidence(
      service("chat-api"),
      { start: start + minute, end, step: 30 },
      context,
    );
    const { gaps, notes } = findGaps(evidence);
    const minutes = (time: number) => (time - start) / minute;
    expect(gaps.map((gap) => [gap.kind, minutes(gap.start), minutes(gap.end)])).toEqual([
      ["no_scrape", 10, 14.5],
      ["target_down", 20, 24.5],
      ["restart", 24.5, 25],
      ["no_traffic", 40.5, 50],
    ]);
    expect(gaps.map(({ text }) => text.split(/ did| was| started/)[0])).toEqual([
      "No target of chat-api",
      "b",
      "b",
      "No request",
    ]);
    expect(notes).toEqual([]);
  });

  it("says what it cannot tell of a service that is not there", async () => {
    const evidence = await readEvidence(service("other"), { start, end, step: 30 }, context);
    const { gaps, notes } = findGaps(evidence);
    expect(gaps).toEqual([
      expect.objectContaining({
        kind: "no_scrape",
        start,
        end,
        text: expect.stringContaining("cannot be said"),
      }),
    ]);
    expect(notes).toContainEqual(expect.stringContaining("Requests of chat-api are not counted"));
  });
});
