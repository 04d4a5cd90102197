import { describe, expect, it } from "vitest";
import type { SignalResult } from "@/lib/signals/schema";
import {
  type Answered,
  comparedPercentile,
  estimateLines,
  queryLines,
  splitLines,
  versionLines,
} from "./lines";

const answered = (
  service: string,
  series: SignalResult["series"],
  fields: Partial<Answered> = {},
  colorSlot: number | null = null,
): Answered => ({
  service: { id: service, colorSlot },
  query: "value",
  label: "Value",
  isReference: false,
  result: { signal: "ttft", series } as SignalResult,
  ...fields,
});
const line = (labels: Record<string, string>, quantile?: number) => ({
  labels,
  values: [1],
  ...(quantile === undefined ? {} : { quantile }),
});
const shown = (lines: { label: string; color: unknown }[]) => lines.map(({ label, color }) => [label, color]);

describe("lines of queries", () => {
  it("carry the names of the queries for one service, with the reference dashed", () => {
    const lines = queryLines([
      answered("a", [line({})], { query: "running", label: "Running" }),
      answered("a", [line({})], { query: "limit", label: "Limit", isReference: true }),
    ]);
    expect(shown(lines)).toEqual([
      ["Running", 1],
      ["Limit", "reference"],
    ]);
  });

  it("carry the names and the colours of services where there are several", () => {
    expect(shown(queryLines([answered("a", [line({})], {}, 4), answered("b", [line({})])]))).toEqual([
      ["a", 4],
      ["b", 1],
    ]);
  });
});

describe("lines of percentiles", () => {
  it("compare one percentile between services, and say where it is an average", () => {
    const lines = comparedPercentile(
      [answered("a", [line({}, 0.5), line({}, 0.95)]), answered("b", [line({})])],
      0.95,
    );
    expect(lines.map(({ label }) => label)).toEqual(["a", "b (average)"]);
  });
});

describe("lines of a split", () => {
  it("carry the labels, the percentile, and the service where there are several", () => {
    const one = answered("a", [line({ model: "m" }, 0.95)], { label: "" });
    expect(splitLines([one]).map(({ label }) => label)).toEqual(["m p95"]);
    expect(splitLines([one, answered("b", [line({})], { label: "" })]).map(({ label }) => label)).toEqual([
      "a m p95",
      "b all",
    ]);
  });

  it("are there once for a machine that several services run on", () => {
    const onHost = (service: string, host: string) => answered(service, [line({ host })], { label: "" });
    const lines = splitLines([onHost("a", "n2:9100"), onHost("b", "n2:9100"), onHost("b", "n1:9100")], {
      ofMachines: true,
    });
    expect(lines.map(({ label }) => label)).toEqual(["n1", "n2"]);
  });
});

it("sets estimates beside what is measured, which is the subject", () => {
  const lines = estimateLines({
    series: [line({ estimate: "TTFT + n × ITL" }), line({ estimate: "measured" })],
  });
  expect(shown(lines)).toEqual([
    ["measured", "subject"],
    ["TTFT + n × ITL", 2],
  ]);
});

it("gives a version the colour that it has everywhere", () => {
  const lines = versionLines(
    { series: [line({ version: "v2" }, 0.95), line({ version: "v2" }, 0.5)] } as SignalResult,
    { v2: 5 },
    0.5,
  );
  expect(shown(lines)).toEqual([["v2", 5]]);
});
