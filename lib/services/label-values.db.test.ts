import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { saveDiscoveries } from "./commands";
import { serviceLabels } from "./label-values";

const end = 1_767_225_600;
const at = { now: new Date(end * 1000) };

describe.skipIf(whyNoPrometheus())("the labels of a service's series", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "vllm:num_requests_running",
          type: "gauge",
          series: Array.from({ length: 7 }, (_, index) => ({
            labels: { job: "llm", instance: `i${index}`, release: index < 4 ? "2026-10" : "2026-11" },
            samples: [[end - 60, 1] as [number, number]],
          })),
        },
      ]),
    });
  });
  afterAll(() => prometheus?.stop());

  it("are listed with some of what they hold", () =>
    withTestTransaction(async (tx) => {
      const source = await tx.source.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          kind: "prometheus",
          name: `p-${randomUUID()}`,
          url: prometheus.url,
        },
      });
      const job = `job-${randomUUID()}`;
      await saveDiscoveries(systemActor("service-discovery"), {
        sourceId: source.id,
        seenAt: at.now,
        services: [
          {
            identity: { job },
            engines: ["vllm"],
            models: [],
            versions: [],
            instances: ["i0"],
            evidence: ["vllm:num_requests_running"],
            labels: {},
            selector: {
              profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: "llm" }], labels: {} }],
              scrapeInterval: 15,
            },
          },
        ],
      });
      const viewer = await asUser(tx, "viewer");
      expect(await serviceLabels(viewer, job, at)).toEqual([
        { label: "instance", count: 7, values: ["i0", "i1", "i2", "i3", "i4"] },
        { label: "job", count: 1, values: ["llm"] },
        { label: "release", count: 2, values: ["2026-10", "2026-11"] },
      ]);
      await expect(serviceLabels(viewer, "nobody", at)).rejects.toMatchObject({ code: "not_found" });
    }));
});
