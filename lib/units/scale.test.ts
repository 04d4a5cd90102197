import { describe, expect, it } from "vitest";
import { scaleFor } from "./scale";
import type { Unit } from "./unit";

describe("scaleFor", () => {
  it.each([
    [0.0384, "seconds", "ms", 1000],
    [1.2, "seconds", "s", 1],
    [0.0004, "seconds", "µs", 1_000_000],
    [7200, "seconds", "h", 1 / 3600],
    [0, "seconds", "s", 1],
    [Number.NaN, "seconds", "s", 1],
    [0.02, "ratio", "%", 100],
    [80 * 1024 ** 3, "bytes", "GiB", 1 / 1024 ** 3],
    [412, "tokens_per_second", "tok/s", 1],
    [4120, "tokens_per_second", "k\u2009tok/s", 1 / 1000],
    [250, "count", "", 1],
    [-3000, "watts", "kW", 1 / 1000],
  ] as [number, Unit, string, number][])("up to %d %s is drawn in %s", (maxAbs, unit, label, factor) => {
    const scale = scaleFor(maxAbs, unit);
    expect(scale.label).toBe(label);
    expect(scale.factor).toBe(factor);
  });

  it("writes ticks without a unit, without noise and without padding", () => {
    const milliseconds = scaleFor(0.5, "seconds");
    expect([0, 0.1, 0.15, 0.3, 0.0384].map((value) => milliseconds.format(value))).toEqual([
      "0",
      "100",
      "150",
      "300",
      "38.4",
    ]);
    expect(scaleFor(1, "ratio").format(0.99995)).toBe("99.995");
    expect(scaleFor(9e6, "count").format(1_500_000)).toBe("1.5");
    expect(scaleFor(50, "count").format(-20)).toBe("−20");
    expect(scaleFor(50, "count").format(null)).toBe("–");
    expect(scaleFor(50, "count").format(Number.POSITIVE_INFINITY)).toBe("∞");
  });
});
