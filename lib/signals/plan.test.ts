import { expect, it } from "vitest";
import { alignGrid, gridPoints, measurableSignals, planSignal } from "./plan";
import type { MeasuredService } from "./service";

const matchers = [{ label: "job", op: "=" as const, value: "chat-api" }];
const chatApi: MeasuredService = {
  name: "chat-api",
  sourceName: "prometheus",
  scrapeInterval: 15,
  profiles: [{ id: "vllm", matchers, labels: { version: "app_version" } }],
};
const grid = { start: 1200, end: 4800, step: 10 };

it("asks for buckets once and shows each quantile as a person would write it", () => {
  const plan = planSignal(chatApi, { id: "q", service: "chat-api", signal: "ttft", by: ["version"] }, grid);
  expect(plan).toMatchObject({
    reads: [{ role: "buckets", start: 1200, end: 4800, step: 10, rateWindow: 60 }],
    expr: [
      'histogram_quantile(0.5, sum by (le, app_version) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[1m])))',
      expect.stringContaining("histogram_quantile(0.95, "),
      expect.stringContaining("histogram_quantile(0.99, "),
    ],
  });
});

it("sums up over the whole window, at its end, with the sum for an exact mean", () => {
  const plan = planSignal(chatApi, { id: "q", service: "chat-api", signal: "ttft", shape: "summary" }, grid);
  expect(plan).toMatchObject({
    reads: [
      { role: "buckets", start: 4800, end: 4800, expr: expect.stringContaining("[1h]") },
      { role: "sum", expr: 'sum(rate(vllm:time_to_first_token_seconds_sum{job="chat-api"}[1h]))' },
    ],
  });
});

it("moves the window back by whole steps for the window before", () => {
  const plan = planSignal(
    chatApi,
    { id: "q", service: "chat-api", signal: "request_rate", offset: 3604 },
    grid,
  );
  expect(plan).toMatchObject({ grid: { start: -2400, end: 1200 }, reads: [{ start: -2400, end: 1200 }] });
});

it("looks whether an earlier window had samples from its start, before it stands for all of it", () => {
  const query = { id: "q", service: "chat-api", signal: "ttft", shape: "summary", offset: 3600 } as const;
  const plan = planSignal(chatApi, query, grid);
  expect(
    plan.kind === "reads" && plan.reads.map(({ role, end, expr }) => [role, end, expr.slice(-6)]),
  ).toEqual([
    ["buckets", 1200, "[1h]))"],
    ["sum", 1200, "[1h]))"],
    ["coverage", -2330, "[1m]))"],
  ]);
});

it("knows what the service can be asked for", () => {
  const measurable = measurableSignals(chatApi);
  expect(measurable).toContain("ttft");
  expect(measurable).not.toContain("error_rate");
  expect(measurable).not.toContain("gpu_utilization");
});

it("aligns a grid down to the step and includes both ends", () => {
  const aligned = alignGrid({ start: 61, end: 185, step: 60 });
  expect(aligned).toEqual({ start: 60, end: 180, step: 60 });
  expect(gridPoints(aligned)).toEqual([60, 120, 180]);
});
