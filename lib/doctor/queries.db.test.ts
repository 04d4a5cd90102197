import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { saveDiscoveries } from "@/lib/services/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { examineService, examineSource } from "./queries";

const end = 1_767_225_600;
const context = { requestId: "test-request", now: new Date(end * 1000) };
/** Every 15 s of the last hour. */
const samples = (value: (second: number) => number): [number, number][] =>
  Array.from({ length: 241 }, (_, index) => [end - 3_600 + index * 15, value(index * 15)]);

async function serviceOf(tx: Transaction, url: string): Promise<{ job: string; source: string }> {
  const source = await tx.source.create({
    data: { teamId: DEFAULT_TEAM_ID, kind: "prometheus", name: `p-${randomUUID()}`, url },
  });
  const job = `job-${randomUUID()}`;
  const matchers = [{ label: "job", op: "=" as const, value: "llm" }];
  await saveDiscoveries(systemActor("service-discovery"), {
    sourceId: source.id,
    seenAt: context.now,
    services: [
      {
        identity: { job },
        engines: ["vllm"],
        models: [],
        versions: [],
        instances: ["a"],
        evidence: ["vllm:num_requests_running"],
        labels: {},
        selector: { profiles: [{ id: "vllm", matchers, labels: {} }], scrapeInterval: 15 },
      },
    ],
  });
  return { job, source: source.name };
}

describe.skipIf(whyNoPrometheus())("the doctor", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const labels = { job: "llm", instance: "a", user_email: "someone@example.com" };
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        { name: "vllm:num_requests_running", type: "gauge", series: [{ labels, samples: samples(() => 3) }] },
        {
          name: "vllm:request_success",
          type: "counter",
          series: [{ suffix: "_total", labels, samples: samples((second) => second) }],
        },
      ]),
    });
  });
  afterAll(() => prometheus?.stop());

  it("says which metric answers each signal, and which labels look like personal data", () =>
    withTestTransaction(async (tx) => {
      const { job, source } = await serviceOf(tx, prometheus.url);
      const viewer = await asUser(tx, "viewer");
      const { signals, notTold } = await examineService(viewer, job, context);
      const line = (signal: string) => signals.find((one) => one.signal === signal);
      expect(line("request_rate")).toMatchObject({
        state: "answered",
        metric: "vllm:request_success_total",
      });
      expect(line("error_rate")?.state).toBe("unavailable");
      expect(line("ttft")).toMatchObject({ state: "empty", metric: "vllm:time_to_first_token_seconds" });
      // Discovery has not asked for its names yet: of ttft it is not known whether this server has that one.
      expect(notTold.map((text) => text.split(":")[0])).toEqual(["Which metrics it exposes"]);
      const report = await examineSource(viewer, source, context);
      expect(report.findings.map(({ id }) => id)).toContain("personal:user_email");
    }));

  it("says of a source that does not answer what could not be looked at, and finds nothing right", () =>
    withTestTransaction(async (tx) => {
      const { job, source } = await serviceOf(tx, "http://127.0.0.1:1");
      const viewer = await asUser(tx, "viewer");
      const report = await examineService(viewer, job, context);
      expect(report.findings).toEqual([]);
      expect(report.notTold.map((text) => text.split(":")[0])).toEqual([
        "Which metrics it exposes",
        "How it is scraped",
        "The declared types of its metrics",
      ]);
      expect(new Set(report.signals.map(({ state }) => state))).toEqual(new Set(["error", "unavailable"]));
      const { findings, notTold, series } = await examineSource(viewer, source, context);
      expect({ findings, series }).toEqual({ findings: [], series: null });
      expect(notTold).toHaveLength(3);
    }));

  it("knows no service or source of that name", () =>
    withTestTransaction(async (tx) => {
      const viewer = await asUser(tx, "viewer");
      await expect(examineService(viewer, "nobody", context)).rejects.toMatchObject({ code: "not_found" });
      await expect(examineSource(viewer, "nothing", context)).rejects.toMatchObject({ code: "not_found" });
    }));
});
