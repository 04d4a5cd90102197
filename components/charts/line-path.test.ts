import type uPlot from "uplot";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { linePaths } from "./line-path";

/** Notes what a path is made of. */
class NotedPath {
  steps: [string, number, number][] = [];
  moveTo(x: number, y: number) {
    this.steps.push(["move", x, y]);
  }
  lineTo(x: number, y: number) {
    this.steps.push(["line", x, y]);
  }
  addPath(path: NotedPath, { e }: { e: number }) {
    this.steps.push(...path.steps.map(([step, x, y]): [string, number, number] => [step, x + e, y]));
  }
}

beforeEach(() => void vi.stubGlobal("Path2D", NotedPath));
afterEach(() => void vi.unstubAllGlobals());

const plot = (values: (number | null)[], { distr = 1, min = 0, max = 10, fill = false } = {}) =>
  ({
    data: [values.map((_, index) => index * 10), values],
    bbox: { left: 100, top: 50, width: 200, height: 100 },
    scales: { x: { min: 0, max: (values.length - 1) * 10 }, y: { min, max, distr } },
    series: [{}, { fill: fill ? () => "" : undefined }],
  }) as unknown as uPlot;

function steps(u: uPlot) {
  const paths = linePaths(u, 1, 0, u.data[0].length - 1) as unknown as {
    stroke: NotedPath;
    fill: NotedPath | null;
  };
  return { stroke: paths.stroke.steps, fill: paths.fill?.steps };
}

it("goes from the left to the right, from the bottom to the top", () => {
  expect(steps(plot([0, 5, 10])).stroke).toEqual([
    ["move", 100, 150],
    ["line", 200, 100],
    ["line", 300, 50],
  ]);
});

it("draws nothing across a gap, and closes the area on both sides of it", () => {
  const { stroke, fill } = steps(plot([10, 10, null, null, 5], { fill: true }));
  expect(stroke).toEqual([
    ["move", 100, 50],
    ["line", 150, 50],
    ["move", 300, 100],
  ]);
  expect(fill).toEqual([
    ["move", 100, 150],
    ["line", 100, 50],
    ["line", 150, 50],
    ["line", 150, 150],
    ["move", 300, 150],
    ["line", 300, 100],
    ["line", 300, 150],
  ]);
});

it("leaves out points on a straight way, but none at which it turns", () => {
  const { stroke } = steps(plot([5, 5, 5, 5, 0, 10, 10]));
  expect(stroke).toEqual([
    ["move", 100, 100],
    ["line", 200, 100],
    ["line", 233, 150],
    ["line", 267, 50],
    ["line", 300, 50],
  ]);
});

it("keeps the extremes of points that fall into one column of pixels", () => {
  const u = plot([0, 10, 2, 10, 10]);
  u.bbox.width = 1;
  const ys = steps(u).stroke.map(([, x, y]) => `${x} ${y}`);
  expect(ys).toEqual(["100 150", "100 50", "101 130", "101 50"]);
});

it("takes powers of ten for equal steps on a log axis, and puts a zero below it", () => {
  const { stroke } = steps(plot([1, 10, 100, 0], { distr: 3, min: 1, max: 100 }));
  expect(stroke.map(([, , y]) => y)).toEqual([150, 100, 50, 200]);
});

it("is moved along with the axis, and drawn anew when the axis is another", () => {
  const u = plot([0, 5, 10]);
  const before = steps(u).stroke;
  const move = (min: number, max: number) => {
    u.scales.x!.min = min;
    u.scales.x!.max = max;
    return steps(u).stroke;
  };
  expect(move(10, 30)).toEqual(before.map(([step, x, y]) => [step, x - 100, y]));
  expect(move(0, 40).map(([, x]) => x)).toEqual([100, 150, 200]);
  u.scales.y!.max = 20;
  expect(steps(u).stroke.map(([, , y]) => y)).toEqual([150, 125, 100]);
});
