import { describe, expect, it } from "vitest";
import { overlapOf, type PastAlert } from "./overlap";
import type { ReplayedAlert } from "./replay";

const fired = (firingAt: number, resolvedAt: number | null, labels = {}): ReplayedAlert => ({
  labels: { alertname: "backtest", ...labels },
  pendingAt: firingAt - 60,
  firingAt,
  resolvedAt,
});
const past = (name: string, firedAt: number, resolvedAt: number | null, labels = {}): PastAlert => ({
  ruleId: name,
  name,
  labels: { alertname: name, severity: "warning", ...labels },
  firedAt,
  resolvedAt,
});
const all = { from: 0, end: 1_000 };

describe("the overlap of a rule with those that are there", () => {
  it("is the share of its firing time in which another was firing, counted once however many were", () => {
    const { share, rules } = overlapOf(
      [fired(100, 200), fired(500, 600)],
      [past("A", 150, 300), past("B", 180, 220), past("B", 590, 595)],
      all,
    );
    expect(share).toBeCloseTo((50 + 5) / 200);
    expect(rules).toEqual([
      { ruleId: "A", name: "A", share: 50 / 200 },
      { ruleId: "B", name: "B", share: 25 / 200 },
    ]);
  });

  it("leaves out what is of something else by a label that both have", () => {
    const replayed = [fired(100, 200, { service: "chat" })];
    expect(overlapOf(replayed, [past("A", 0, 900, { service: "search" })], all).share).toBe(0);
    expect(overlapOf(replayed, [past("A", 0, 900, { service: "chat", gpu: "0" })], all).share).toBe(1);
    expect(overlapOf(replayed, [past("A", 0, 900)], all).share).toBe(1);
  });

  it("goes by what still fires up to the end, and from when on there is a history", () => {
    expect(overlapOf([fired(100, null)], [past("A", 900, null)], all).share).toBeCloseTo(100 / 900);
    expect(overlapOf([fired(100, 200)], [past("A", 150, 300)], { from: 150, end: 1_000 }).share).toBe(1);
  });

  it("cannot be said of a rule that would not have fired in that time", () => {
    const pending = { ...fired(100, 200), firingAt: null };
    expect(overlapOf([pending], [past("A", 0, 900)], all)).toEqual({ share: null, rules: [] });
    expect(overlapOf([fired(100, 200)], [past("A", 0, 900)], { from: 300, end: 1_000 }).share).toBeNull();
  });
});
