import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { saveDiscoveries } from "@/lib/services/commands";
import { discoverSource } from "@/lib/services/discover";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { addAnnotation } from "./commands";
import { listAnnotations } from "./queries";

const end = 1_767_225_600;
const start = end - 7_200;

/** A sample every 15 s from one minute of the two hours to another. */
const running = (fromMinute: number, toMinute: number): [number, number][] =>
  Array.from({ length: (toMinute - fromMinute) * 4 }, (_, index) => [
    start + fromMinute * 60 + index * 15,
    1,
  ]);
const vllm = (job: string, version: string | undefined, minutes: [number, number][]) => ({
  labels: {
    job,
    instance: `${job}:8000`,
    model_name: "llama",
    ...(version === undefined ? {} : { version }),
  },
  samples: minutes.flatMap(([from, to]) => running(from, to)),
});

const history = openMetricsText([
  {
    name: "vllm:num_requests_running",
    type: "gauge",
    series: [
      vllm("chat", "v1", [
        [10, 50],
        [90, 120],
      ]),
      vllm("chat", "v2", [[50, 90]]),
      // Ten kilobytes name nothing.
      vllm("chat", "y".repeat(10_000), [[60, 80]]),
      vllm("code", undefined, [[0, 120]]),
    ],
  },
  {
    name: "vllm_build_info",
    type: "gauge",
    series: [
      { labels: { job: "code", instance: "code:8000", version: "0.11.0" }, samples: running(-10, 60) },
      { labels: { job: "code", instance: "code:8000", version: "0.12.0" }, samples: running(60, 120) },
    ],
  },
]);

describe.skipIf(whyNoPrometheus())("deployments that the metrics show", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history });
  });
  afterAll(() => prometheus?.stop());

  /** The services of the server, found as in production. */
  async function discovered(tx: Transaction): Promise<void> {
    await tx.service.updateMany({ where: { validTo: null }, data: { validTo: new Date() } });
    const source = await tx.source.create({
      data: {
        teamId: DEFAULT_TEAM_ID,
        kind: "prometheus",
        name: `p-${randomUUID()}`,
        url: prometheus.url,
      },
    });
    const now = new Date(end * 1000);
    const { services } = await discoverSource(
      { id: source.id, kind: "prometheus", url: prometheus.url, headers: {} },
      { now },
    );
    await saveDiscoveries(systemActor("service-discovery"), {
      sourceId: source.id,
      seenAt: now,
      services: services.map(({ profiles, scrapeInterval, ...service }) => ({
        ...service,
        selector: { profiles, scrapeInterval },
      })),
    });
  }

  const range = { start: new Date(start * 1000), end: new Date(end * 1000) };
  const at = { now: new Date(end * 1000) };
  const minuteOf = (time: string): number => Math.round((Date.parse(time) / 1000 - start) / 60);

  it("are three for v1 → v2 → v1, and one for a new build", () =>
    withTestTransaction(async (tx) => {
      await discovered(tx);
      const viewer = await asUser(tx, "viewer");
      const { items, notes } = await listAnnotations(viewer, range, { limit: 200 }, at);
      expect(notes).toEqual([]);
      expect(
        items
          .filter(({ isComputed }) => isComputed)
          .map((one) => [one.service, minuteOf(one.start), one.text]),
      ).toEqual([
        ["chat", 90, "Back to version v1 from v2"],
        ["code", 60, "Build 0.11.0 → 0.12.0"],
        ["chat", 50, "Version v1 → v2"],
        ["chat", 10, "Version v1 first seen"],
      ]);
      for (const one of items) expect(one).toMatchObject({ kind: "deployment", actions: [], author: null });
      const again = await listAnnotations(viewer, { ...range, service: "chat" }, { limit: 200 }, at);
      expect(again.items.map(({ id }) => id)).toEqual(
        items.filter(({ service }) => service === "chat").map(({ id }) => id),
      );
    }));

  it("stand among people's notes, a page at a time, without those that a pipeline announced", () =>
    withTestTransaction(async (tx) => {
      await discovered(tx);
      await tx.annotation.deleteMany();
      const operator = await asUser(tx, "operator");
      const note = (minute: number, kind: string) =>
        addAnnotation(operator, {
          start: start + minute * 60,
          text: `${kind} at ${minute}`,
          kind,
          service: "chat",
        });
      await note(52, "deployment");
      await note(70, "note");
      const filter = { ...range, service: "chat" };
      const texts: string[] = [];
      let cursor: string | undefined;
      for (;;) {
        const page = await listAnnotations(operator, filter, { limit: 2, cursor }, at);
        texts.push(...page.items.map(({ text }) => text));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(texts).toEqual([
        "Back to version v1 from v2",
        "note at 70",
        "deployment at 52",
        "Version v1 first seen",
      ]);
    }));

  it("are none of another kind, and a source that is gone is said", () =>
    withTestTransaction(async (tx) => {
      await discovered(tx);
      const viewer = await asUser(tx, "viewer");
      const notes = await listAnnotations(viewer, { ...range, kind: "note" }, { limit: 200 }, at);
      expect(notes.items.filter(({ isComputed }) => isComputed)).toEqual([]);
      await tx.source.updateMany({
        where: { services: { some: { validTo: null } } },
        data: { url: "http://127.0.0.1:1" },
      });
      const gone = await listAnnotations(viewer, { ...range, service: "chat" }, { limit: 200 }, at);
      expect(gone.notes).toEqual([expect.stringContaining("could not be read")]);
    }));
});
