import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { addRule, deleteRule } from "./commands";
import { ruleInputSchema } from "./schema";
import { alertRaisedBy } from "./test-alert";

const now = new Date("2026-03-04T14:00:00Z");
const result = [
  { metric: { __name__: "latency", gpu: "0" }, value: [now.getTime() / 1000, "0.25"] },
  { metric: { __name__: "latency", gpu: "1" }, value: [now.getTime() / 1000, "9"] },
];

/** Answers every query with two series, but for one of nothing. */
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on("end", () => {
    const query = new URLSearchParams(body || new URL(request.url!, "http://prometheus").search).get("query");
    const data = { resultType: "vector", result: query === "nothing" ? [] : result };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "success", data }));
  });
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
});

async function ruleOf(tx: Transaction, expr: string, more: object = {}) {
  const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await addSource(admin, { kind: "prometheus", name: "raise-test", url });
  const rule = ruleInputSchema.parse({
    name: "Slow",
    expr,
    comparison: ">",
    levels: [
      { severity: "warning", threshold: 5 },
      { severity: "critical", threshold: 10 },
    ],
    labels: { service: "chat-api" },
    annotations: { summary: "{{ $value }} s on {{ $labels.gpu }}" },
    source: "raise-test",
    ...more,
  });
  const { id } = await addRule(operator, { rule, now });
  return { operator, id };
}

it("is of the first series, beyond its threshold or not, and of the worst level", () =>
  withTestTransaction(async (tx) => {
    const { operator, id } = await ruleOf(tx, "latency");
    expect(await alertRaisedBy(operator, id, {}, { now })).toEqual({
      rule: { id, name: "Slow" },
      labels: { alertname: "Slow", gpu: "0", service: "chat-api", severity: "critical" },
      annotations: { summary: "0.25 s on 0" },
      value: 0.25,
      notes: [],
    });
    const warning = await alertRaisedBy(operator, id, { severity: "warning" }, { now });
    expect(warning.labels.severity).toBe("warning");
    await expect(alertRaisedBy(operator, id, { severity: "page" }, { now })).rejects.toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  }));

it("says what is missing where there is no series, and that nobody would be told", () =>
  withTestTransaction(async (tx) => {
    const { operator, id } = await ruleOf(tx, "nothing", { mode: "observe" });
    expect(await alertRaisedBy(operator, id, {}, { now })).toMatchObject({
      labels: { alertname: "Slow", service: "chat-api", severity: "critical" },
      value: null,
      notes: [
        expect.stringContaining("only observes"),
        expect.stringContaining("The expression gives no series now"),
      ],
    });
    await deleteRule(operator, { id, now });
    await expect(alertRaisedBy(operator, id, {}, { now })).rejects.toThrow("Restore it first");
  }));
