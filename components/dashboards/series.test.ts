import { describe, expect, it } from "vitest";
import type { SignalResult } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { filledBuckets, gpuNames, gpuSeries, percentileSeries, versionSeries } from "./series";

const result = (series: SignalResult["series"]) => signalResult({ series });

it("draws percentiles in one hue, the slowest first", () => {
  const lines = percentileSeries(
    result([0.5, 0.95, 0.99].map((quantile) => ({ labels: {}, quantile, values: [quantile] }))),
  );
  expect(lines.map(({ id, color }) => [id, color])).toEqual([
    ["p99", "p99"],
    ["p95", "p95"],
    ["p50", "p50"],
  ]);
});

it("calls an average one, and quantiles that cannot be merged by their replica", () => {
  expect(percentileSeries(result([{ labels: {}, values: [1] }])).map(({ label }) => label)).toEqual([
    "average",
  ]);
  const replicas = ["a", "b"].map((replica) => ({ labels: { replica }, quantile: 0.95, values: [1] }));
  expect(percentileSeries(result(replicas)).map(({ label }) => label)).toEqual(["p95 of b", "p95 of a"]);
});

it("gives a version the colour that it has everywhere", () => {
  const lines = versionSeries(
    result([
      { labels: { version: "v1" }, values: [1] },
      { labels: { version: "v2" }, values: [1] },
    ]),
    { v1: 2 },
  );
  // One that has no colour yet gets none that is taken.
  expect(lines.map(({ label, color }) => [label, color])).toEqual([
    ["v1", 2],
    ["v2", 1],
  ]);
});

describe("gpuNames", () => {
  it("uses the index where it is unique, the host too where it is not, and the uuid where there is none", () => {
    expect(
      gpuNames([
        { labels: { gpu: "0", host: "n1" } },
        { labels: { gpu: "0", host: "n2" } },
        { labels: { gpu: "1", host: "n1" } },
        { labels: { uuid: "GPU-0123456789abcdef" } },
      ]),
    ).toEqual(["n1 GPU 0", "n2 GPU 0", "GPU 1", "GPU …89abcdef"]);
  });
});

it("puts GPUs in the order of their numbers, whatever that of the answer is", () => {
  const lines = gpuSeries(result(["0", "10", "3", "2"].map((gpu) => ({ labels: { gpu }, values: [1] }))));
  expect(lines.map(({ label, color }) => [label, color])).toEqual([
    ["GPU 0", 1],
    ["GPU 2", 2],
    ["GPU 3", 3],
    ["GPU 10", 4],
  ]);
});

describe("buckets", () => {
  it("are cut to those that hold something and a neighbour on each side", () => {
    expect(filledBuckets([1, 2, 3, 4, 5, null], [[0, 0, 2, 0, 0, 0]])).toEqual({
      bounds: [2, 3, 4],
      counts: [[0, 2, 0]],
    });
  });

  it("stay whole when all are empty", () => {
    expect(filledBuckets([1, null], [[0, 0]]).bounds).toEqual([1, null]);
  });
});
