import { describe, expect, it } from "vitest";
import type { ChartSeries } from "./series";
import {
  drawnSeries,
  lonePoints,
  namedLevels,
  plotColumns,
  summedAgainst,
  yEnds,
  yTicks,
  yTicksWithLevels,
} from "./time-series-model";

const series = (id: string, values: (number | null)[]): ChartSeries => ({ id, label: id, color: 1, values });
const GRID = { start: 0, end: 20, step: 10 };

describe("plotColumns", () => {
  it("keeps gaps, and fills what is missing of the grid with gaps", () => {
    const drawn = drawnSeries([series("a", [1, null]), series("b", [Number.NaN, 2, 3, 4])], "line");
    expect(plotColumns(drawn, GRID)).toEqual([
      [0, 10, 20],
      [1, null, null],
      [null, 2, 3],
    ]);
  });

  it("adds up stacked bars, the tallest first; a step without any value stays a gap", () => {
    const drawn = drawnSeries([series("a", [1, null, null]), series("b", [2, 3, null])], "stacked-bars");
    expect(drawn.map((each) => each.series.id)).toEqual(["b", "a"]);
    expect(plotColumns(drawn, GRID)).toEqual([
      [0, 10, 20],
      [3, 3, null],
      [1, 0, null],
    ]);
  });

  it("draws what bars are set against as a line of its own, over them", () => {
    const before = { ...series("before", [9, 8, 7]), against: { id: "a", words: "1 h before" } };
    const drawn = drawnSeries([series("a", [1, 1, 1]), series("b", [2, 2, 2]), before], "stacked-bars");
    expect(drawn.map((each) => [each.series.id, each.isBar])).toEqual([
      ["b", true],
      ["a", true],
      ["before", false],
    ]);
    expect(plotColumns(drawn, GRID)[3]).toEqual([9, 8, 7]);
  });
});

it("sets bars against the sum of what each is set against", () => {
  const against = { id: "a", words: "1 h before" };
  const [sum, ...more] = summedAgainst([
    { ...series("x", [1, null, null]), against },
    { ...series("y", [2, 3, null]), against },
  ]);
  expect(more).toEqual([]);
  expect(sum).toMatchObject({ label: "All, 1 h before", values: [3, 3, null] });
  expect(summedAgainst([])).toEqual([]);
});

describe("yTicks", () => {
  const base = { thresholds: [], factor: 1, isRatio: false, log: false };

  it("start at zero and are round in the unit on screen", () => {
    expect(yTicks({ ...base, columns: [[0.31, 0.44]], factor: 1000 })).toEqual([0, 0.2, 0.4, 0.6]);
  });

  it("reach a level that begins within twice the axis, and no further one", () => {
    const levels = [100, 500].map((from) => ({ from, to: null, label: "", tone: "warning" as const }));
    const top = (value: number) => yTicksWithLevels(levels, { ...base, columns: [[value]] }).at(-1);
    expect(top(60)).toBe(100);
    expect(top(20)).toBeLessThan(50);
    expect(top(280)).toBeGreaterThanOrEqual(500);
  });

  it("reach a nearby threshold, and leave a far one out", () => {
    expect(yTicks({ ...base, columns: [[1]], thresholds: [{ value: 2 }] }).at(-1)).toBeGreaterThanOrEqual(2);
    expect(yTicks({ ...base, columns: [[1]], thresholds: [{ value: 50 }] }).at(-1)).toBeLessThan(3);
  });

  it("end at 100 % for ratios, and go beyond where values do", () => {
    expect(yTicks({ ...base, columns: [[0.97]], isRatio: true, factor: 100 }).at(-1)).toBe(1);
    expect(yTicks({ ...base, columns: [[1.3]], isRatio: true, factor: 100 }).at(-1)).toBeGreaterThan(1.29);
  });

  it("end where they are told", () => {
    expect(yTicks({ ...base, columns: [[12]], max: 80 }).at(-1)).toBe(80);
  });

  it("are whole for what is counted, unless in thousands", () => {
    expect(yTicks({ ...base, columns: [[2]], isWhole: true })).toEqual([0, 1, 2]);
    expect(yTicks({ ...base, columns: [[2000]], factor: 0.001, isWhole: true })).toEqual([
      0, 500, 1000, 1500, 2000,
    ]);
  });

  it("leave the axis to go on to its end where that is no round number", () => {
    expect(yEnds(yTicks({ ...base, columns: [[12]], max: 79.65 }), 79.65)).toEqual([0, 79.65]);
    expect(yEnds([0, 5, 10], 10)).toEqual([0, 10]);
    expect(yEnds([-2, 0, 2])).toEqual([-2, 2]);
  });

  it("are powers of ten on a log axis, and linear when nothing is positive", () => {
    expect(yTicks({ ...base, columns: [[0.02, 3]], log: true })).toEqual([0.01, 0.1, 1, 10]);
    expect(yTicks({ ...base, columns: [[0, null]], log: true })[0]).toBe(0);
  });
});

it("finds the points that stand alone", () => {
  expect(lonePoints([1, null, 2, null, 3, 4])).toEqual([0, 2]);
  expect(lonePoints([1, 2])).toEqual([]);
  expect(lonePoints([null, 7])).toEqual([1]);
});

it("names the levels on screen and the next one above", () => {
  const levels = [
    { from: 500, to: null, label: "overloaded", tone: "critical" as const },
    { from: 100, to: 500, label: "busy", tone: "warning" as const },
  ];
  expect(namedLevels(levels, 700).map((level) => level.label)).toEqual(["busy", "overloaded"]);
  expect(namedLevels(levels, 200).map((level) => level.label)).toEqual(["busy", "overloaded"]);
  expect(namedLevels(levels, 50).map((level) => level.label)).toEqual(["busy"]);
});
