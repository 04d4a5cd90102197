import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { parse } from "yaml";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { type HttpSink, startHttpSink } from "@/testing/notification-sinks";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { importRules } from "../rules/import";
import { handToRuler } from "./commands";

const content = `groups:
  - name: llm
    interval: 30s
    rules:
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors[5m]))
        labels: {team: llm}
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests[5m]))
      - alert: HighErrorRate
        expr: job:errors:rate5m / job:requests:rate5m > 0.05
  - name: plain
    rules:
      - alert: Down
        expr: up == 0
`;

let ruler: HttpSink;
beforeAll(async () => {
  ruler = await startHttpSink({ answers: [202] });
});
beforeEach(() => {
  ruler.requests.splice(0);
  ruler.answers.splice(0, ruler.answers.length, 202);
});
afterAll(() => ruler.stop());

async function scenario(tx: Transaction) {
  const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
  await addSource(admin, {
    kind: "prometheus",
    name: "mimir",
    url: `${ruler.url}/prometheus`,
    authentication: { type: "bearer", token: "a-token-of-a-test" },
  });
  const take = (source: string) =>
    importRules(
      operator,
      { content, file: "llm.yaml", source, mode: "enforce", dryRun: false },
      { now: new Date() },
    );
  return {
    admin,
    operator,
    take,
    hand: (group: string) =>
      handToRuler(operator, { file: "llm.yaml", group, source: "mimir", namespace: "of/us" }),
  };
}

it("takes the recording rules of a group, with the credentials of the source, and its alerts stay", () =>
  withTestTransaction(async (tx) => {
    const { operator, take, hand } = await scenario(tx);
    await take("mimir");
    ruler.requests.splice(0);
    expect(await hand("llm")).toEqual({ source: "mimir", namespace: "of/us", group: "llm", rules: 2 });
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }, ...more] = ruler.requests;
    expect(more).toEqual([]);
    expect(path).toBe("/prometheus/config/v1/rules/of%2Fus");
    expect(headers).toMatchObject({
      authorization: "Bearer a-token-of-a-test",
      "content-type": "application/yaml",
    });
    expect(parse(body)).toEqual({
      name: "llm",
      interval: "30s",
      rules: [
        { record: "job:errors:rate5m", expr: "sum by (job) (rate(errors[5m]))", labels: { team: "llm" } },
        { record: "job:requests:rate5m", expr: "sum by (job) (rate(requests[5m]))" },
      ],
    });
    await expectAudit(tx, "rule_group", "llm.yaml/llm", {
      action: "alert_rules:hand_to_ruler",
      actorId: operator.id,
    });
  }));

it("is told where there is nothing to take, or no ruler", () =>
  withTestTransaction(async (tx) => {
    const { take, hand } = await scenario(tx);
    await take("mimir");
    await expect(hand("plain")).rejects.toMatchObject({ code: "not_found" });
    ruler.answers.splice(0, 1, 404);
    await expect(hand("llm")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringMatching(/^mimir has no ruler that takes rules\. Download the group/),
    });
    expect(await tx.auditEvent.count({ where: { resourceType: "rule_group", resourceName: "llm" } })).toBe(0);
  }));

it.skipIf(whyNoPrometheus())("is known to be needed where the series is not there", () =>
  withTestTransaction(async (tx) => {
    const now = Math.floor(Date.now() / 1000);
    const prometheus: RunningPrometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "job:errors:rate5m",
          type: "gauge",
          series: [{ samples: [[now - 60, 1] as [number, number], [now + 60, 1] as [number, number]] }],
        },
      ]),
    });
    try {
      const { admin, take } = await scenario(tx);
      await addSource(admin, { kind: "prometheus", name: "real", url: prometheus.url });
      const { recorded } = await take("real");
      expect(recorded).toEqual([
        {
          name: "job:errors:rate5m",
          group: "llm",
          file: "llm.yaml",
          alerts: ["HighErrorRate"],
          exists: true,
        },
        {
          name: "job:requests:rate5m",
          group: "llm",
          file: "llm.yaml",
          alerts: ["HighErrorRate"],
          exists: false,
        },
      ]);
    } finally {
      await prometheus.stop();
    }
  }),
);
