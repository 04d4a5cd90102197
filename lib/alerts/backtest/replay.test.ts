import { describe, expect, it } from "vitest";
import { noiseOf } from "./noise";
import { type ReplaySeries, type ReplaySpec, replay } from "./replay";
import { suggestionsFor } from "./suggestions";

const start = Date.UTC(2026, 2, 2) / 1000;
const minute = 60;
const range = { start, end: start + 3 * 86_400, interval: minute };

/** Minute by minute; each burst is [first minute, minutes, value], and 0 is between them. */
function series(bursts: readonly (readonly [number, number, number])[], gpu = "0"): ReplaySeries {
  const length = (range.end - start) / minute + 1;
  const times = Array.from({ length }, (_, index) => start + index * minute);
  const values = times.map(
    (_, index) => bursts.find(([from, count]) => index >= from && index < from + count)?.[2] ?? 0,
  );
  return { labels: { __name__: "depth", gpu }, times, values };
}

const spec: ReplaySpec = {
  comparison: ">",
  threshold: 5,
  for: 300,
  keepFiringFor: 0,
  limit: 1_000,
  labels: {},
  name: "Deep",
};

describe("a replay", () => {
  it("fires once a burst has lasted for its time, and not on one that is as high as the threshold", () => {
    const { alerts, evaluations } = replay(
      [
        series([
          [60, 10, 6],
          [120, 4, 6],
          [180, 30, 5],
        ]),
      ],
      spec,
      range,
    );
    expect(evaluations).toBe(4_321);
    expect(alerts).toEqual([
      {
        labels: { alertname: "Deep", gpu: "0" },
        pendingAt: start + 60 * minute,
        firingAt: start + 65 * minute,
        resolvedAt: start + 70 * minute,
      },
      {
        labels: { alertname: "Deep", gpu: "0" },
        pendingAt: start + 120 * minute,
        firingAt: null,
        resolvedAt: start + 124 * minute,
      },
    ]);
  });

  it("says of what has not ended that it has not", () => {
    const { alerts } = replay([series([[4_300, 100, 9]])], spec, range);
    expect(alerts).toMatchObject([{ firingAt: start + 4_305 * minute, resolvedAt: null }]);
  });
});

describe("the noise of a rule", () => {
  const figures = (list: readonly ReplaySeries[], from: number | null = start) =>
    noiseOf(replay(list, spec, range).alerts, { from, end: range.end, timeZone: "UTC" });

  it("counts what fires at once as one page, and says how much was short and at night", () => {
    // 01:00 UTC for 8 minutes on both, which is 3 of firing; 12:00 for an hour on one.
    const both = [
      series([
        [60, 8, 9],
        [720, 60, 9],
      ]),
      series([[60, 8, 9]], "1"),
    ];
    expect(figures(both)).toEqual({
      pages: 2,
      pagesPerWeek: 2 / (3 / 7),
      shareShort: 2 / 3,
      shareAtNight: 2 / 3,
      firingSeconds: 2 * 180 + 55 * 60,
    });
  });

  it("cannot say how often a week from less than a day, nor a share of nothing", () => {
    expect(figures([series([])], range.end - 3_600)).toMatchObject({
      pages: 0,
      pagesPerWeek: null,
      shareShort: null,
      shareAtNight: null,
    });
  });
});

describe("a suggestion", () => {
  const noisy = [
    series([
      [60, 8, 6],
      [500, 8, 7],
      [900, 8, 8],
      [2_000, 40, 20],
    ]),
  ];
  const within = { from: start, timeZone: "UTC" };

  it("is a threshold and a time with which the rule keeps to what is wanted", () => {
    const suggestions = suggestionsFor(3, noisy, spec, range, within);
    expect(suggestions).toHaveLength(2);
    for (const { threshold, for: seconds, pagesPerWeek } of suggestions) {
      const again = noiseOf(replay(noisy, { ...spec, threshold, for: seconds }, range).alerts, {
        ...within,
        end: range.end,
      });
      expect(again.pagesPerWeek).toBe(pagesPerWeek);
      expect(pagesPerWeek).toBeLessThanOrEqual(3);
    }
    expect(suggestions[0]!.threshold).toBeGreaterThanOrEqual(8);
    expect(suggestions[0]!.threshold).toBeLessThan(8.2);
    expect(suggestions[1]).toMatchObject({ threshold: 5, for: 600 });
  });

  it("is none where the rule is quiet enough", () => {
    expect(suggestionsFor(100, noisy, spec, range, within)).toEqual([]);
  });
});
