import { describe, expect, it } from "vitest";
import { evaluateGroup, tierKeyOf, type VectorReader } from "./evaluate";
import type { AlertingRule, GroupSpec } from "./rule";
import type { Observation, TierState } from "./state";

const rule = (given: Partial<AlertingRule> = {}): AlertingRule => ({
  id: "r1",
  name: "Slow",
  expr: "latency",
  comparison: ">",
  levels: [
    { severity: "warning", threshold: 5 },
    { severity: "critical", threshold: 10 },
  ],
  for: 0,
  keepFiringFor: 0,
  labels: { team: "ml" },
  annotations: { text: '{{ $labels.pod }} {{ query "up" | first | value }}' },
  ...given,
});

const group = (given: Partial<GroupSpec> = {}): GroupSpec => ({
  name: "g",
  file: "f",
  interval: 60,
  queryOffset: 0,
  limit: 0,
  labels: {},
  rules: [rule()],
  ...given,
});

/** Answers by expression, and keeps what was asked. */
function readerOf(answers: Record<string, Observation>): VectorReader & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async read(expr, at) {
      asked.push(`${expr} @ ${at}`);
      return answers[expr] ?? { kind: "vector", samples: [] };
    },
  };
}

const vector = (...values: [pod: string, value: number][]): Observation => ({
  kind: "vector",
  samples: values.map(([pod, value]) => ({ labels: { __name__: "latency", pod }, value })),
});
const up: Observation = { kind: "vector", samples: [{ labels: { __name__: "up" }, value: 1 }] };

describe("evaluateGroup", () => {
  it("evaluates each tier of a rule as a rule of its own", async () => {
    const reader = readerOf({
      "latency > 5": vector(["a", 12], ["b", 7]),
      "latency > 10": vector(["a", 12]),
      up,
    });
    const tiers = await evaluateGroup(group({ labels: { region: "eu", team: "x" } }), new Map(), 600, reader);
    expect(
      tiers.map(({ level, series, transitions }) => [level.severity, series, transitions.length]),
    ).toEqual([
      ["warning", 2, 2],
      ["critical", 1, 1],
    ]);
    expect([...(tiers[1]?.state.values() ?? [])]).toEqual([
      {
        labels: { alertname: "Slow", pod: "a", severity: "critical", team: "ml", region: "eu" },
        annotations: { text: "a 1" },
        value: 12,
        state: "firing",
        activeAt: 600,
        firedAt: 600,
        keepFiringSince: null,
      },
    ]);
  });

  it("asks for the time less the offset, and in templates for the time itself", async () => {
    const reader = readerOf({ "latency > 5": vector(["a", 12]), up });
    const [tier] = await evaluateGroup(group({ queryOffset: 30.5 }), new Map(), 1_764_060_000.1, reader);
    expect(reader.asked).toContain("latency > 5 @ 1764059969.6");
    expect(reader.asked).toContain("up @ 1764060000.1");
    expect(tier?.transitions[0]?.at).toBe(1_764_060_000.1);
  });

  it("goes on from the states that it is given, and keeps them where a query fails", async () => {
    const waits = group({ rules: [rule({ for: 60 })] });
    const first = await evaluateGroup(waits, new Map(), 0, readerOf({ "latency > 5": vector(["a", 7]) }));
    const states = new Map<string, TierState>(first.map(({ key, state }) => [key, state]));
    const failed = await evaluateGroup(
      waits,
      states,
      30,
      readerOf({ "latency > 5": { kind: "error", message: "timed out" } }),
    );
    expect(failed[0]).toMatchObject({ error: "timed out", series: null, transitions: [] });
    expect(failed[0]?.state).toBe(states.get(tierKeyOf(rule(), { severity: "warning", threshold: 5 })));
    const [third] = await evaluateGroup(waits, states, 60, readerOf({ "latency > 5": vector(["a", 8]) }));
    expect(third?.transitions).toMatchObject([{ from: "pending", to: "firing", value: 8 }]);
  });

  it("still alerts where a template fails, with the reason in its text", async () => {
    const [tier] = await evaluateGroup(group(), new Map(), 0, readerOf({ "latency > 5": vector(["a", 7]) }));
    expect([...(tier?.state.values() ?? [])][0]).toMatchObject({
      state: "firing",
      annotations: {
        text: expect.stringMatching(
          /^<error expanding template: .*first\(\) called on vector with no elements>$/,
        ),
      },
    });
  });
});
