import { describe, expect, it } from "vitest";
import { beginsLate } from "./covered";

const grid = { start: 0, end: 3_600, step: 36 };
const line = (firstStep: number) => ({
  series: [
    {
      labels: {},
      values: Array.from({ length: 101 }, (_, step): number | null => (step < firstStep ? null : 0)),
    },
  ],
});
const of = (...lines: Pick<ReturnType<typeof line>, "series">[]) =>
  beginsLate([{ results: new Map(lines.map((one, index) => [String(index), one])), grid }]);

describe("beginsLate", () => {
  it("says when the first line begins, if that is in the last quarter", () => {
    expect(of(line(90), line(95))).toBe(3_240);
    expect(of(line(90), line(10))).toBeUndefined();
    expect(of(line(0))).toBeUndefined();
  });

  it("knows nothing of what has no line", () => {
    expect(of()).toBeUndefined();
    expect(of({ series: [] }, line(101))).toBeUndefined();
    expect(of({ series: [{ labels: {}, values: [1] }] })).toBeUndefined();
  });
});
