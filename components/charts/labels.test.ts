import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";
import { freeRight, freeTop, gather, placeFlags, spreadLabels } from "./labels";

it("leaves labels where they want to be when there is room", () => {
  expect(spreadLabels([100, 20, 60], 16, 0, 200)).toEqual([100, 20, 60]);
});

it("pushes neighbours apart, keeps their order, and stays inside", () => {
  const placed = spreadLabels([196, 198, 199, 50], 16, 0, 200);
  expect(placed).toEqual([168, 184, 200, 50]);
  expect(spreadLabels([1, 2], 16, 8, 200)).toEqual([8, 24]);
});

it("gathers what is closer than the gap", () => {
  expect(gather([30, 0, 5, 11, 50], (x) => x, 8)).toEqual([[0, 5, 11], [30], [50]]);
  expect(gather([], (x: number) => x, 8)).toEqual([]);
});

it("puts a label where nothing strikes it through, and nowhere without room", () => {
  const label = { left: 10, width: 50, height: 20 };
  const line = (top: number) => ({ left: 0, top, width: 400, height: 3 });
  const plot = { top: 0, bottom: 100 };
  expect(freeTop(label, plot, [])).toBe(40);
  expect(freeTop(label, plot, [line(58)])).toBe(38);
  expect(freeTop(label, plot, [line(42)])).toBe(45);
  // Another threshold's name beside it is in nobody's way.
  expect(freeTop(label, plot, [{ left: 300, top: 40, width: 60, height: 15 }])).toBe(40);
  expect(freeTop(label, { top: 0, bottom: 30 }, [line(14)])).toBeNull();
});

it("puts the name of a line beside that of another that is close, where there is room", () => {
  const label = { left: 320, top: 40, width: 80, height: 16 };
  expect(freeRight(label, [], 0)).toBe(400);
  // The one that it would cover is far above.
  expect(freeRight(label, [{ left: 300, top: 0, width: 100, height: 16 }], 0)).toBe(400);
  const first = { left: 310, top: 34, width: 90, height: 16 };
  expect(freeRight(label, [first], 0)).toBe(310);
  expect(freeRight(label, [first, { left: 240, top: 46, width: 70, height: 16 }], 0)).toBe(240);
  // Rather over each other than out of the drawing.
  expect(freeRight(label, [first], 250)).toBe(400);
});

describe("flags of marks", () => {
  const overlapping = (flags: { left: number; width: number }[]) =>
    flags.some((flag, index) =>
      flags
        .slice(index + 1)
        .some((other) => flag.left + flag.width > other.left && other.left + other.width > flag.left),
    );

  it("stand at the right of their marks where there is room", () => {
    expect(
      placeFlags(
        [
          { x: 100, width: 60 },
          { x: 170, width: 60 },
        ],
        40,
        400,
      ),
    ).toEqual([
      { left: 100, width: 60, hasWords: true },
      { left: 170, width: 60, hasWords: true },
    ]);
  });

  it("stand at the left at the end of the plot, and not over the flag before", () => {
    const flags = placeFlags(
      [
        { x: 200, width: 90 },
        { x: 390, width: 150 },
      ],
      40,
      400,
    );
    expect(flags).toEqual([
      { left: 200, width: 90, hasWords: true },
      { left: 294, width: 96, hasWords: true },
    ]);
    expect(overlapping(flags)).toBe(false);
  });

  it("have no words where a letter or two would be left of them, unless they are as short", () => {
    const near = (width: number) =>
      placeFlags(
        [
          { x: 200, width },
          { x: 222, width: 120 },
        ],
        190,
        600,
      ).map(({ hasWords }) => hasWords);
    expect(near(120)).toEqual([false, true]);
    expect(near(16)).toEqual([true, true]);
  });

  it("keep to their own stretch however close the marks are", () => {
    for (let distance = 8; distance < 200; distance += 1) {
      const marks = [0, 1, 2, 3].map((index) => ({ x: 60 + index * distance, width: 70 }));
      expect(overlapping(placeFlags(marks, 40, 60 + 3 * distance + 10))).toBe(false);
    }
  });
});

it("writes CSV with quotes only where they are needed, and nothing for no value", () => {
  expect(
    toCsv(
      ["time", 'a "b", c'],
      [
        ["t", 1.5],
        ["u", null],
      ],
    ),
  ).toBe('time,"a ""b"", c"\r\nt,1.5\r\nu,');
});
