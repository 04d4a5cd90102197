import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import type { ReadResult } from "./answers/read-results";
import type { PlannedRead } from "./plan";
import { readsOf, staleRead, sumBy } from "./reads";

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

it("sums up what was last known of a value that a wider read holds", async () => {
  const counts: [version: string, value: string][] = [
    ["v1", "3"],
    ["v2", "4"],
  ];
  const result = counts.map(([version, value]) => ({ metric: { version }, value: [120, value] }));
  const prometheus = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
  }).listen(0, "127.0.0.1");
  await once(prometheus, "listening");
  const url = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
  const service = {
    name: "chat",
    sourceName: "reads",
    profiles: [],
    scrapeInterval: 15,
    target: { id: "reads", kind: "prometheus" as const, url, headers: {} },
  };
  const reads = (end: number) => {
    const read = (by: string[]): PlannedRead => ({
      role: "buckets",
      expr: `sum by (${by}) (increase(requests[1h]))`,
      sum: { of: "increase(requests[1h])", by },
      ...{ start: end, end, step: 60, acceptPrevious: false, rateWindow: 3_600 },
    });
    const [wide, narrow] = [read(["version"]), read([])];
    const readOnce = readsOf(
      [wide, narrow].map((each) => ["chat", each] as const),
      undefined,
    );
    return readOnce(service, narrow);
  };
  const sum = [{ labels: {}, values: [7] }];
  expect((await reads(120)).series).toEqual(sum);
  prometheus.closeAllConnections();
  await new Promise((done) => prometheus.close(done));
  const failed = await reads(180).catch((error: unknown) => error);
  expect(staleRead(failed).stale?.series).toEqual(sum);
});
