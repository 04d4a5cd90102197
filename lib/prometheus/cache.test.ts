import { describe, expect, it } from "vitest";
import {
  type Fetched,
  labelKey,
  merge,
  missingFrom,
  overlapOf,
  type Segment,
  seriesWithin,
  weightOf,
} from "./cache";

const STEP = 10;
const OVERLAP = 60;

function segment(given: Partial<Segment> = {}): Segment {
  return {
    start: 0,
    end: 3600,
    step: STEP,
    series: new Map(),
    warnings: [],
    infos: [],
    fetchedAt: 3603,
    sweptAt: 3603,
    longestSpan: 3600,
    ...given,
  };
}

const fetched = (start: number, end: number, series: Record<string, (number | null)[]>): Fetched => ({
  start,
  end,
  series: Object.entries(series).map(([name, values]) => ({ labels: { name }, values })),
  warnings: [],
  infos: [],
});

describe("missingFrom", () => {
  const missing = (kept: Segment | undefined, start: number, end: number, now: number) =>
    missingFrom(kept, { start, end }, STEP, OVERLAP, now);

  it("is everything, and a point before, when nothing is kept", () => {
    expect(missing(undefined, 100, 200, 205)).toEqual({
      stretches: [{ start: 90, end: 200 }],
      isEverything: true,
    });
  });

  it("is everything where the kept stretch does not touch", () => {
    expect(missing(segment(), 4000, 5000, 5003).isEverything).toBe(true);
  });

  it("is nothing within a step of the last reading, and a little more for clocks that differ", () => {
    expect(missing(segment(), 0, 3600, 3622).stretches).toEqual([]);
  });

  it("is the tail from the overlap on, one step later", () => {
    // Read at 3603 with an overlap of 60: points after 3543 may have changed.
    expect(missing(segment(), 10, 3610, 3613)).toEqual({
      stretches: [{ start: 3550, end: 3610 }],
      isEverything: false,
    });
  });

  it("is ten minutes of tail once a minute, for samples that come late", () => {
    expect(missing(segment(), 60, 3660, 3664).stretches).toEqual([{ start: 3010, end: 3660 }]);
    expect(missing(segment({ fetchedAt: 3655 }), 60, 3660, 3664).stretches).toEqual([
      { start: 3010, end: 3660 },
    ]);
  });

  it("is nothing in the settled past, however long ago it was read", () => {
    expect(missing(segment(), 100, 2900, 90_000).stretches).toEqual([]);
    expect(missing(segment(), 100, 3600, 90_000).stretches).not.toEqual([]);
  });

  it("is the head alone for a longer view", () => {
    const kept = segment({ start: 1000, longestSpan: 2600 });
    expect(missing(kept, 0, 3600, 3605)).toEqual({
      stretches: [{ start: -10, end: 990 }],
      isEverything: false,
    });
  });

  it("is one request where two would save little", () => {
    expect(missing(segment({ start: 3500, longestSpan: 100 }), 0, 3610, 3613).isEverything).toBe(true);
  });

  it("is everything after a warning, which may mean partial data", () => {
    const kept = segment({ warnings: ["a store is down"] });
    expect(missing(kept, 0, 3600, 3605).stretches).toEqual([]);
    expect(missing(kept, 10, 3610, 3624).isEverything).toBe(true);
  });

  it("sees the tail anew up to the kept end, so that one time of reading holds for all of it", () => {
    expect(missing(segment(), 0, 3590, 3624).stretches).toEqual([{ start: 3550, end: 3600 }]);
  });
});

describe("merge", () => {
  it("replaces what it held, and makes room for what is new", () => {
    const first = merge(
      undefined,
      [fetched(0, 40, { a: [1, 2, 3, 4, 5], b: [1, 1, 1, 1, 1] })],
      { start: 0, end: 40 },
      STEP,
      41,
    );
    const second = merge(
      first,
      [fetched(30, 60, { a: [40, 50, 60, 70], c: [null, 9, 9, 9] })],
      { start: 20, end: 60 },
      STEP,
      61,
    );
    expect(seriesWithin(second, { start: 10, end: 60 })).toEqual([
      { labels: { name: "a" }, values: [2, 3, 40, 50, 60, 70] },
      { labels: { name: "b" }, values: [1, 1, null, null, null, null] },
      { labels: { name: "c" }, values: [null, null, null, 9, 9, 9] },
    ]);
    expect(second.fetchedAt).toBe(61);
    // The first is what other readers may be holding.
    expect(seriesWithin(first, { start: 30, end: 40 })[0]!.values).toEqual([4, 5]);
  });

  it("puts a head before what it held, whose tail stays as old as it was", () => {
    const first = merge(undefined, [fetched(50, 60, { a: [5, 6] })], { start: 50, end: 60 }, STEP, 61);
    const second = merge(first, [fetched(20, 40, { a: [2, 3, 4] })], { start: 20, end: 60 }, STEP, 65);
    expect(seriesWithin(second, { start: 20, end: 60 })[0]!.values).toEqual([2, 3, 4, 5, 6]);
    expect(second.fetchedAt).toBe(61);
    expect(second.longestSpan).toBe(40);
  });

  it("joins head, kept and tail of series that are not in all of them", () => {
    const first = merge(
      undefined,
      [fetched(20, 30, { all: [2, 3], kept: [20, 30], late: [null, 3] })],
      { start: 20, end: 30 },
      STEP,
      31,
    );
    const head = fetched(0, 10, { all: [0, 1], head: [7, 8] });
    const tail = fetched(40, 50, { all: [4, 5], late: [4, null], tail: [null, 9] });
    const second = merge(first, [tail, head], { start: 0, end: 50 }, STEP, 51);
    expect(seriesWithin(second, { start: 0, end: 50 })).toEqual([
      { labels: { name: "all" }, values: [0, 1, 2, 3, 4, 5] },
      { labels: { name: "kept" }, values: [null, null, 20, 30, null, null] },
      { labels: { name: "late" }, values: [null, null, null, 3, 4, null] },
      { labels: { name: "head" }, values: [7, 8, null, null, null, null] },
      { labels: { name: "tail" }, values: [null, null, null, null, null, 9] },
    ]);
  });

  it("drops what is older than the longest view and a quarter", () => {
    let kept = merge(
      undefined,
      [fetched(0, 100, { a: new Array(11).fill(1) })],
      { start: 0, end: 100 },
      STEP,
      101,
    );
    for (let end = 110; end <= 400; end += STEP) {
      kept = merge(kept, [fetched(end - 10, end, { a: [1, 1] })], { start: end - 100, end }, STEP, end + 1);
    }
    expect(kept.end).toBe(400);
    expect(kept.start).toBe(270);
  });

  it("drops a series that has left the kept stretch", () => {
    const first = merge(
      undefined,
      [fetched(0, 20, { gone: [1, 1, null], here: [1, 1, 1] })],
      { start: 10, end: 20 },
      STEP,
      21,
    );
    const second = merge(first, [fetched(30, 60, { here: [1, 1, 1, 1] })], { start: 50, end: 60 }, STEP, 61);
    expect([...second.series.values()].map(({ labels }) => labels.name)).toEqual(["here"]);
  });

  it("counts a whole short segment as swept", () => {
    const first = merge(
      undefined,
      [fetched(0, 100, { a: new Array(11).fill(1) })],
      { start: 0, end: 100 },
      STEP,
      101,
    );
    const { stretches } = missingFrom(first, { start: 100, end: 200 }, STEP, OVERLAP, 201);
    const second = merge(
      first,
      stretches.map(({ start, end }) => fetched(start, end, {})),
      { start: 100, end: 200 },
      STEP,
      201,
    );
    expect(second.sweptAt).toBe(201);
  });
});

describe("weightOf", () => {
  it("grows with series and points", () => {
    const small = merge(
      undefined,
      [fetched(0, 100, { a: new Array(11).fill(1) })],
      { start: 0, end: 100 },
      STEP,
      101,
    );
    const large = merge(
      undefined,
      [fetched(0, 1000, { a: new Array(101).fill(1), b: new Array(101).fill(1) })],
      { start: 0, end: 1000 },
      STEP,
      1001,
    );
    expect(weightOf(large)).toBeGreaterThan(2 * weightOf(small));
  });
});

describe("labelKey", () => {
  it("does not depend on the order of names", () => {
    expect(labelKey({ b: "2", a: "1" })).toBe(labelKey({ a: "1", b: "2" }));
    expect(labelKey({ a: "1" })).not.toBe(labelKey({ a: "2" }));
  });
});

describe("overlapOf", () => {
  it.each([
    [20, 5, 60],
    [120, 30, 120],
    [60, 60, 120],
  ])("with a rate window of %d s and scrapes every %d s is %d s", (rateWindow, scrapeInterval, overlap) => {
    expect(overlapOf(rateWindow, scrapeInterval)).toBe(overlap);
  });
});
