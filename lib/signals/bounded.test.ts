import { expect, it } from "vitest";
import { signalResult } from "@/testing/signal-result";
import { bounded } from "./bounded";

const series = (instance: string, quantile: number, values: (number | null)[]) => ({
  labels: { instance },
  quantile,
  values,
});

it("leaves an answer alone that fits", () => {
  const result = signalResult({ series: [series("a", 0.5, [1, 2])] });
  expect(bounded(result, 2)).toBe(result);
});

it("keeps whole splits, those with the highest means, in their order, and says how many there are", () => {
  const result = signalResult({
    note: "An average.",
    series: [
      series("a", 0.5, [1, 1]),
      series("a", 0.99, [9, null]),
      series("b", 0.5, [2, 2]),
      series("b", 0.99, [3, 3]),
      series("c", 0.5, [4, 4]),
      series("c", 0.99, [8, 8]),
      series("d", 0.5, [null, null]),
      series("d", 0.99, [null, null]),
    ],
  });
  const { series: kept, note } = bounded(result, 9);
  expect(kept.map(({ labels, quantile }) => `${labels.instance} ${quantile}`)).toEqual([
    "a 0.5",
    "a 0.99",
    "c 0.5",
    "c 0.99",
  ]);
  expect(note).toMatch(
    /^An average\. Of 4 these are the 2 whose means are the highest: all would be 16 points/,
  );
  expect(note).toContain("topk()");
});
