import { expect, it } from "vitest";
import { isTargetMet, measuredBetween, measuredQuantile, measuredText } from "./bound";

const plain = (text: string) => text.replaceAll("\u2009", " ");
const words = (...edges: Parameters<typeof measuredBetween>) =>
  plain(measuredText(measuredBetween(...edges), "seconds"));

it("says only the bound of a quantile in the first or beyond the last bucket", () => {
  expect(words(0.285, 0, 0.3)).toBe("≤ 300 ms");
  expect(words(10, 10, null)).toBe("≥ 10.0 s");
  expect(words(0.4, 0.3, 0.5)).toBe("400 ms");
  expect(words(0.4, undefined, undefined)).toBe("400 ms");
  // Nothing is below a first bucket that ends at zero.
  expect(words(0, 0, 0)).toBe("0 s");
});

it("takes a summary's quantile by its kind, and none that is undetermined", () => {
  expect(measuredQuantile({ q: 0.5, kind: "at_least", value: 10, lo: 10 })).toEqual({
    value: 10,
    isAtLeast: true,
  });
  expect(measuredQuantile({ q: 0.5, kind: "estimate", value: 0.15, lo: 0, hi: 0.3 })).toEqual({
    value: 0.3,
    isAtLeast: false,
    isAtMost: true,
  });
  expect(measuredQuantile({ q: 0.5, kind: "undetermined", value: 1 })).toBeUndefined();
});

it("does not judge by a bound whose open side holds the target", () => {
  const ttft = { better: "lower", target: { value: 0.5 } } as const;
  const met = (value: number, bound?: "least" | "most") =>
    isTargetMet(ttft, {
      value,
      isAtLeast: bound === "least",
      ...(bound === "most" ? { isAtMost: true } : {}),
    });
  expect([met(0.4), met(0.6)]).toEqual([true, false]);
  expect([met(10, "least"), met(0.25, "least")]).toEqual([false, undefined]);
  expect([met(0.3, "most"), met(0.5, "most"), met(1, "most")]).toEqual([true, true, undefined]);
});
