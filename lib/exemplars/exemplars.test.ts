import { expect, it } from "vitest";
import { exemplarsIn } from "./exemplars";

const one = (timestamp: number, value: number, labels: Record<string, string>) => ({
  timestamp,
  value,
  labels,
});
const range = { start: 0, end: 100, most: 10 };

it("takes the ids by the names that libraries give them, and leaves them out of the labels", () => {
  const series = [
    {
      seriesLabels: { __name__: "ttft_seconds_bucket", job: "chat-api", le: "0.5" },
      exemplars: [
        one(20, 0.4, { traceID: "b", user: "x" }),
        one(10, 0.3, { trace_id: "a", span_id: "s" }),
        one(30, 0.2, {}),
      ],
    },
  ];
  expect(exemplarsIn(series, range).items).toEqual([
    { time: 10, value: 0.3, traceId: "a", spanId: "s", labels: { job: "chat-api" } },
    { time: 20, value: 0.4, traceId: "b", spanId: null, labels: { job: "chat-api", user: "x" } },
    { time: 30, value: 0.2, traceId: null, spanId: null, labels: { job: "chat-api" } },
  ]);
});

it("names an observation of two buckets once, in the base unit, and none outside the range or without a number", () => {
  const exemplars = [
    one(10, 250, { trace_id: "a" }),
    one(200, 250, { trace_id: "c" }),
    one(11, Number.NaN, {}),
  ];
  const series = ["500", "1000"].map((le) => ({ seriesLabels: { le }, exemplars }));
  const { items, of } = exemplarsIn(series, { ...range, scale: 0.001 });
  expect(items.map(({ value, traceId }) => [value, traceId])).toEqual([[0.25, "a"]]);
  expect(of).toBe(1);
});

it("keeps the extremes of each stretch where there are too many", () => {
  const exemplars = Array.from({ length: 100 }, (_, index) =>
    one(index, index === 37 ? 9 : index === 62 ? 0.01 : 1, { trace_id: `${index}` }),
  );
  const { items, of } = exemplarsIn([{ seriesLabels: {}, exemplars }], range);
  expect(of).toBe(100);
  expect(items.length).toBeLessThanOrEqual(10);
  expect(items.map(({ traceId }) => traceId)).toEqual(expect.arrayContaining(["37", "62"]));
  expect(items.map(({ time }) => time)).toEqual(items.map(({ time }) => time).toSorted((a, b) => a - b));
});
