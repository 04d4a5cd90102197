import { describe, expect, it } from "vitest";
import { signalResult } from "@/testing/signal-result";
import type { SignalResult, SignalsAnswer } from "./schema";
import { thinnedAnswer } from "./thin";

const points = 100;
const answer = (...results: SignalResult[]): SignalsAnswer => ({
  start: 6_000,
  end: 6_000 + (points - 1) * 60,
  step: 60,
  results,
});
const values = Array.from({ length: points }, (_, index) => (index === 41 ? 9 : index === 70 ? null : 1));

describe("thinnedAnswer", () => {
  it("leaves an answer that fits", () => {
    const given = answer(signalResult({ series: [{ labels: {}, values }] }));
    expect(thinnedAnswer(given, points)).toBe(given);
  });

  it("puts every series on one coarser grid, with its extremes, its gaps and the band of each value", () => {
    const band = { lo: values.map((_, index) => index), hi: values.map(() => null) };
    const given = answer(signalResult({ series: [{ labels: {}, quantile: 0.95, values, band }] }));
    const { start, end, step, results, thinned } = thinnedAnswer(given, 30);
    const series = results[0]!.series[0]!;
    const length = (end - start) / step + 1;
    expect(length).toBeLessThanOrEqual(30);
    expect(thinned).toEqual({ from: points, to: length });
    expect(end).toBe(given.end);
    expect(series.values).toHaveLength(length);
    expect(series.values.filter((value) => value === 9)).toHaveLength(1);
    expect(series.band!.lo[series.values.indexOf(9)]).toBe(41);
    expect(series.quantile).toBe(0.95);
    const gap = series.values.indexOf(null);
    expect(Math.abs(start + gap * step - (given.start + 70 * 60))).toBeLessThanOrEqual(3 * step);
  });

  it("adds the observations of a distribution up, and loses none", () => {
    const counts = Array.from({ length: points }, (_, index) => [index, 1]);
    const given = answer(signalResult({ distribution: { bounds: [1, null], counts } }));
    const { results, start, end, step } = thinnedAnswer(given, 20);
    const rows = results[0]!.distribution!.counts;
    expect(rows).toHaveLength((end - start) / step + 1);
    expect(rows.reduce((sum, [first]) => sum + first!, 0)).toBe((points * (points - 1)) / 2);
    expect(rows.reduce((sum, [, second]) => sum + second!, 0)).toBe(points);
  });

  it("leaves what is of one time", () => {
    const given = answer(
      signalResult({
        series: [{ labels: {}, values: [3] }],
        distribution: { bounds: [null], counts: [[7]] },
        window: { start: 6_000, end: 11_940 },
      }),
    );
    expect(thinnedAnswer(given, 10).results).toEqual(given.results);
  });
});
