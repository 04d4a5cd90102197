import { expect, it } from "vitest";
import { measuredUnitOf } from "./measured-unit";

const measured = (expr: string, threshold: number | null = 1) =>
  measuredUnitOf({
    id: "1",
    name: "Rule",
    expr,
    comparison: threshold === null ? null : ">",
    levels: [{ severity: "warning", threshold }],
    for: 0,
    keepFiringFor: 0,
    labels: {},
    annotations: {},
  });

it.each([
  ["sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m]))", "ratio", 1],
  ["DCGM_FI_DEV_GPU_UTIL", "ratio", 0.01],
  ["cache_hits / cache_size * 100", "ratio", 0.01],
  ["histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m])))", "seconds", 1],
  ["histogram_quantile(0.9, sum by (le) (rate(page_load_seconds_bucket[5m])))", "seconds", 1],
  ["max(node_memory_MemAvailable_bytes)", "bytes", 1],
])("knows what %s is in", (expr, unit, factor) => {
  expect(measured(expr)).toEqual({ unit, factor });
});

it("reads an expression that compares by itself", () => {
  expect(measured("avg(page_load_seconds) > 5", null)).toEqual({ unit: "seconds", factor: 1 });
});

it.each([
  "vector(1)",
  "rate(page_load_seconds_sum[5m])",
  "count(page_load_seconds)",
  "a_seconds * b_bytes",
  "sum(",
])("does not guess what %s is in", (expr) => {
  expect(measured(expr, null)).toBeUndefined();
});
