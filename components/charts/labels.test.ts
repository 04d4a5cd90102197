import { expect, it } from "vitest";
import { toCsv } from "./csv";
import { gather, spreadLabels } from "./labels";

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
