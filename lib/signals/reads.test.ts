import { expect, it } from "vitest";
import type { ReadResult } from "./answers/read-results";
import { staleRead, sumBy } from "./reads";

it("sums up as PromQL does: absent values count for nothing, absent labels are none", () => {
  const series: ReadResult["series"] = [
    { labels: { le: "1", version: "v1" }, values: [1, null, null] },
    { labels: { le: "1", version: "v2" }, values: [2, 3, null] },
    { labels: { le: "+Inf" }, values: [5, 5, 5] },
  ];
  expect(sumBy({ series, warnings: ["w"] }, ["le"])).toEqual({
    series: [
      { labels: { le: "1" }, values: [3, 3, null] },
      { labels: { le: "+Inf" }, values: [5, 5, 5] },
    ],
    warnings: ["w"],
  });
  expect(sumBy({ series, warnings: [] }, []).series).toEqual([{ labels: {}, values: [8, 8, 5] }]);
  // What was read is shared, and stays as it is.
  expect(series[0]?.values).toEqual([1, null, null]);
});

it("finds what was last known of a failed read, whichever bundle of the server failed", () => {
  const stale = { series: [], warnings: [] };
  const error = Object.assign(new Error("gone"), { stale });
  expect(staleRead(error)).toEqual({ error, stale });
  expect(staleRead(new Error("gone")).stale).toBeNull();
});
