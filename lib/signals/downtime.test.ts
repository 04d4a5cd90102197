import { describe, expect, it } from "vitest";
import { downtimeOf } from "./downtime";

describe("downtimeOf", () => {
  it.each([
    [1, 0, 0],
    [0.999, 43 * 60 + 12, 8 * 3600 + 45 * 60 + 36],
    [0.99, 7 * 3600 + 12 * 60, 87.6 * 3600],
    [0.9999, 259.2, 3153.6],
    [0, 30 * 86_400, 365 * 86_400],
  ])("of %d is %d s a month and %d s a year", (availability, month, year) => {
    expect(downtimeOf(availability)!.month).toBeCloseTo(month, 6);
    expect(downtimeOf(availability)!.year).toBeCloseTo(year, 5);
  });

  it.each([null, undefined, Number.NaN, -0.1, 1.1])("cannot be told from %s", (availability) =>
    expect(downtimeOf(availability)).toBeNull(),
  );
});
