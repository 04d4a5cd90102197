import { describe, expect, it } from "vitest";
import { type AlertSeries, newAlertRuns } from "./runs";

const step = 60;
const labels = { alertname: "Down", instance: "a" };
const grid = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step);

/** Points of one state from a minute to another. */
const alerts = (alertstate: "pending" | "firing", from: number, to: number): AlertSeries => {
  const times = grid(from, to);
  return { labels: { __name__: "ALERTS", alertstate, ...labels }, times, values: times.map(() => 1) };
};
const since = (activeAt: number, from: number, to: number): AlertSeries => {
  const times = grid(from, to);
  return { labels: { __name__: "ALERTS_FOR_STATE", ...labels }, times, values: times.map(() => activeAt) };
};

function read(chunks: { series: AlertSeries[]; end: number }[], begin = 0) {
  const runs = newAlertRuns(begin * step, step);
  for (const { series, end } of chunks) runs.enter(series, end * step);
  return runs.ended();
}

describe("alerts put together from their series", () => {
  it("have exact times where the server says since when, and else those of the step", () => {
    expect(
      read([{ series: [alerts("pending", 10, 12), alerts("firing", 13, 20), since(570, 10, 20)], end: 100 }]),
    ).toEqual([
      {
        fingerprint: expect.any(String),
        labels,
        activeAt: 570,
        activeWithin: null,
        firedAt: 13 * step,
        firedWithin: step,
        resolvedAt: 21 * step,
        resolvedWithin: step,
        wasPending: true,
      },
    ]);
    expect(read([{ series: [alerts("firing", 10, 20)], end: 100 }])).toMatchObject([
      { activeAt: 600, activeWithin: step, firedAt: 600, firedWithin: step, wasPending: false },
    ]);
  });

  it("go on from one answer to the next", () => {
    const whole = read([{ series: [alerts("pending", 8, 9), alerts("firing", 10, 30)], end: 100 }]);
    const parts = read([
      { series: [alerts("pending", 8, 9)], end: 9 },
      { series: [alerts("firing", 10, 19)], end: 19 },
      { series: [alerts("firing", 20, 30)], end: 39 },
      { series: [], end: 100 },
    ]);
    expect(parts).toEqual(whole);
    expect(whole).toHaveLength(1);
  });

  it("are two where it came back, and one where the server was away and says so", () => {
    const series = [alerts("firing", 10, 12), alerts("firing", 20, 22)];
    expect(read([{ series, end: 100 }])).toHaveLength(2);
    expect(read([{ series: [...series, since(600, 10, 12), since(1_200, 20, 22)], end: 100 }])).toMatchObject(
      [{ resolvedAt: 13 * step }, { activeAt: 1_200 }],
    );
    expect(read([{ series: [...series, since(600, 10, 12), since(600, 20, 22)], end: 100 }])).toMatchObject([
      { activeAt: 600, resolvedAt: 23 * step },
    ]);
  });

  it("leave out what only was pending, what goes on, and what was active before with nothing said of since when", () => {
    expect(read([{ series: [alerts("pending", 10, 12)], end: 100 }])).toEqual([]);
    expect(read([{ series: [alerts("firing", 90, 100)], end: 100 }])).toEqual([]);
    expect(read([{ series: [alerts("firing", 5, 20)], end: 100 }], 5)).toEqual([]);
    expect(read([{ series: [alerts("firing", 5, 20), since(60, 5, 20)], end: 100 }], 5)).toMatchObject([
      { activeAt: 60, activeWithin: null, firedAt: 300, firedWithin: 240 },
    ]);
  });
});
