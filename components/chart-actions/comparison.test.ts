import { describe, expect, it } from "vitest";
import type { ChartSeries } from "@/components/charts/series";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import {
  canSplitByVersion,
  comparedQueries,
  comparedResults,
  comparisonsOf,
  hasValues,
  setAgainst,
} from "./comparison";

const HOUR = 3_600;
const grid = { start: 1_772_370_000, end: 1_772_370_000 + 6 * HOUR, step: 60 };
const query = (more: Partial<SignalQuery> = {}): SignalQuery => ({
  id: "ttft",
  service: "chat-api",
  signal: "ttft",
  ...more,
});
const [period, day, , version] = comparisonsOf(grid, ["v1.2.0"]);
const result = (series: SignalResult["series"]) => signalResult({ id: "ttft", series });
const line = (id: string, values: (number | null)[]): ChartSeries => ({
  id,
  label: id,
  color: "p95",
  values,
});

describe("what a range can be set against", () => {
  it("is the time before it, longer ago, and versions", () => {
    expect(
      comparisonsOf(grid, ["v1.2.0"]).map(({ id, label }) => [id, label.replaceAll("\u2009", " ")]),
    ).toEqual([
      ["period", expect.stringMatching(/^The 6 h.* before$/)],
      ["day", "A day before"],
      ["week", "A week before"],
      ["version:v1.2.0", "Only v1.2.0"],
    ]);
  });

  it("is not a day before where that is within the range", () => {
    const ids = (seconds: number) =>
      comparisonsOf({ ...grid, end: grid.start + seconds }).map(({ id }) => id);
    expect(ids(24 * HOUR)).toEqual(["period", "week"]);
    expect(ids(7 * 24 * HOUR)).toEqual(["period"]);
  });
});

describe("queries", () => {
  it("are moved back, on top of an offset of their own; only those of lines", () => {
    const queries = [query({ offset: HOUR }), query({ id: "all", shape: "summary" })];
    expect(comparedQueries(queries, period!)).toEqual([query({ offset: 7 * HOUR })]);
    expect(comparedQueries([query()], day!)[0]?.offset).toBe(24 * HOUR);
  });

  it("are split by version, where they can be", () => {
    expect(comparedQueries([query({ by: ["instance"] })], version!)[0]?.by).toEqual(["instance", "version"]);
    expect(comparedQueries([query({ by: ["instance", "gpu", "type"] })], version!)).toEqual([]);
    expect(canSplitByVersion([query()])).toBe(true);
    expect(canSplitByVersion([query(), query({ by: ["version"] })])).toBe(false);
  });
});

it("keeps one version of an answer, as if it had not been split", () => {
  const answer = result([
    { labels: { version: "v1.2.0", instance: "a" }, quantile: 0.95, values: [1] },
    { labels: { version: "v1.3.0", instance: "b" }, quantile: 0.95, values: [2] },
  ]);
  expect(comparedResults([answer], version!).get("ttft")?.series).toEqual([
    { labels: { instance: "a" }, quantile: 0.95, values: [1] },
  ]);
  expect(comparedResults([answer], period!).get("ttft")).toBe(answer);
});

it("names lines by what they are, greys an only one, and says whose they are", () => {
  const { TTFT, Rate } = setAgainst(
    { TTFT: [line("p95", [1]), line("p99", [2])], Rate: [line("rate", [3])] },
    day!,
  );
  expect(TTFT?.map(({ id, label, color, against }) => [id, label, color, against?.id])).toEqual([
    ["p95~day", "p95, a day before", "p95", "p95"],
    ["p99~day", "p99, a day before", "p95", "p99"],
  ]);
  expect(Rate?.[0]).toMatchObject({ color: "reference", against: { id: "rate", words: "a day before" } });
});

it("knows lines without a value", () => {
  expect(hasValues({ TTFT: [line("p95", [null, null])], Rate: [] })).toBe(false);
  expect(hasValues({ TTFT: [line("p95", [null, 0])] })).toBe(true);
});
