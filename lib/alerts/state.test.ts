import { describe, expect, it } from "vitest";
import { fingerprintOf, type Labels } from "./labels";
import {
  alertLabelsOf,
  duplicateLabelSet,
  restoreTier,
  stepTier,
  type TierSpec,
  type TierState,
  type Transition,
} from "./state";

const labels: Labels = { alertname: "Slow", pod: "a" };
const fingerprint = fingerprintOf(labels);

/** What one evaluation sees: a value, "–" for nothing, "!" for a query that fails. */
type Seen = number | "–" | "!";
/** At which second what is expected after it: the state, and "*" where that is a transition. */
type Row = [at: number, seen: Seen, expected: string];

const spec = (given: Partial<TierSpec> = {}): TierSpec => ({ for: 0, keepFiringFor: 0, limit: 0, ...given });

function observation(seen: Seen) {
  if (seen === "!") return { kind: "error" as const, message: "query timed out" };
  const samples = seen === "–" ? [] : [{ labels, annotations: { value: String(seen) }, value: seen }];
  return { kind: "vector" as const, samples };
}

describe("stepTier", () => {
  const table: [name: string, spec: Partial<TierSpec>, rows: Row[]][] = [
    [
      "fires at once without a for",
      {},
      [
        [0, "–", "inactive"],
        [60, 1, "firing *"],
        [120, 2, "firing"],
        [180, "–", "inactive *"],
        [240, 1, "firing *"],
      ],
    ],
    [
      "is pending until for has passed, that moment included",
      { for: 120 },
      [
        [0, 1, "pending *"],
        [60, 1, "pending"],
        [120, 1, "firing *"],
      ],
    ],
    [
      "starts over where one evaluation had nothing",
      { for: 120 },
      [
        [0, 1, "pending *"],
        [60, "–", "inactive *"],
        [120, 1, "pending *"],
        [180, 1, "pending"],
        [240, 1, "firing *"],
      ],
    ],
    [
      "keeps all as it is where the query fails, and the time that passes counts",
      { for: 120 },
      [
        [0, 1, "pending *"],
        [60, "!", "pending"],
        [120, "!", "pending"],
        [180, 1, "firing *"],
        [240, "!", "firing"],
        [300, "–", "inactive *"],
      ],
    ],
    [
      "fires on for keep_firing_for, counted from the first evaluation without a result",
      { keepFiringFor: 120 },
      [
        [0, 1, "firing *"],
        [60, "–", "firing"],
        [120, "–", "firing"],
        [180, "–", "inactive *"],
      ],
    ],
    [
      "counts keep_firing_for anew where the result returned",
      { keepFiringFor: 120 },
      [
        [0, 1, "firing *"],
        [60, "–", "firing"],
        [120, 1, "firing"],
        [180, "–", "firing"],
        [240, "–", "firing"],
        [300, "–", "inactive *"],
      ],
    ],
    [
      "does not keep a pending alert",
      { for: 120, keepFiringFor: 600 },
      [
        [0, 1, "pending *"],
        [60, "–", "inactive *"],
      ],
    ],
    [
      "does not need a for that is a multiple of the interval",
      { for: 90 },
      [
        [0, 1, "pending *"],
        [60, 1, "pending"],
        [120, 1, "firing *"],
      ],
    ],
    [
      "takes NaN for a result",
      {},
      [
        [0, Number.NaN, "firing *"],
        [60, "–", "inactive *"],
      ],
    ],
    [
      "is exact to the millisecond at times of today",
      { for: 60 },
      [
        [1_764_060_000.123, 1, "pending *"],
        [1_764_060_060.122, 1, "pending"],
        [1_764_060_060.123, 1, "firing *"],
      ],
    ],
  ];

  it.each(table)("%s", (_, given, rows) => {
    let state: TierState = new Map();
    const told: string[] = [];
    for (const [at, seen] of rows) {
      const step = stepTier(spec(given), state, at, observation(seen));
      state = step.state;
      const now = state.get(fingerprint)?.state ?? "inactive";
      for (const transition of step.transitions)
        expect(transition).toMatchObject({ fingerprint, labels, at, to: now });
      told.push(step.transitions.length > 0 ? `${now} *` : now);
      expect(step.error).toBe(seen === "!" ? "query timed out" : null);
    }
    expect(told).toEqual(rows.map(([, , expected]) => expected));
  });

  it("refreshes value and annotations, and keeps since when", () => {
    const first = stepTier(spec({ for: 60 }), new Map(), 0, observation(1));
    const second = stepTier(spec({ for: 60 }), first.state, 60, observation(2));
    expect(second.state.get(fingerprint)).toEqual({
      labels,
      annotations: { value: "2" },
      value: 2,
      state: "firing",
      activeAt: 0,
      firedAt: 60,
      keepFiringSince: null,
    });
    expect(first.state.get(fingerprint)?.value, "what it was given is not changed").toBe(1);
  });

  it("tells of what resolves, and not of a pending alert that goes", () => {
    const firing = stepTier(spec(), new Map(), 0, observation(7)).state;
    const ended = stepTier(spec(), firing, 60, observation("–"));
    expect(ended.resolved).toEqual([
      {
        fingerprint,
        labels,
        annotations: { value: "7" },
        value: 7,
        activeAt: 0,
        firedAt: 0,
        keepFiringSince: null,
        resolvedAt: 60,
      },
    ]);
    expect(ended.transitions[0]).toMatchObject({ from: "firing", to: "inactive", value: null });
    const pending = stepTier(spec({ for: 60 }), new Map(), 0, observation(7)).state;
    expect(stepTier(spec({ for: 60 }), pending, 30, observation("–")).resolved).toEqual([]);
  });

  it("has one alert a label set, each with its own clock", () => {
    const other: Labels = { alertname: "Slow", pod: "b" };
    const of = (...which: Labels[]) => ({
      kind: "vector" as const,
      samples: which.map((each) => ({ labels: each, annotations: {}, value: 1 })),
    });
    let state = stepTier(spec({ for: 60 }), new Map(), 0, of(labels)).state;
    const step = stepTier(spec({ for: 60 }), state, 60, of(labels, other));
    state = step.state;
    expect(step.transitions.map(({ labels: { pod }, to }) => [pod, to])).toEqual([
      ["a", "firing"],
      ["b", "pending"],
    ]);
    expect([...state.values()].map(({ activeAt }) => activeAt)).toEqual([0, 60]);
  });

  it("refuses two results of one label set and changes nothing", () => {
    const firing = stepTier(spec(), new Map(), 0, observation(1)).state;
    const twice = [1, 2].map((value) => ({
      labels: { pod: "a", alertname: "Slow" },
      annotations: {},
      value,
    }));
    const step = stepTier(spec(), firing, 60, { kind: "vector", samples: twice });
    expect(step).toEqual({ state: firing, transitions: [], resolved: [], error: duplicateLabelSet });
  });

  it("ends all where there are more than the limit, and says so", () => {
    const samples = ["a", "b", "c"].map((pod) => ({
      labels: { alertname: "Slow", pod },
      annotations: {},
      value: 1,
    }));
    const two = stepTier(spec({ limit: 2 }), new Map(), 0, { kind: "vector", samples: samples.slice(0, 2) });
    expect(two.error).toBeNull();
    const three = stepTier(spec({ limit: 2 }), two.state, 60, { kind: "vector", samples });
    expect(three.error).toBe("exceeded limit of 2 with 3 alerts");
    expect(three.state.size).toBe(0);
    expect(three.transitions.map(({ labels: { pod }, to }: Transition) => [pod, to])).toEqual([
      ["a", "inactive"],
      ["b", "inactive"],
    ]);
    expect(three.resolved).toHaveLength(2);
  });

  it("counts what only keeps firing against the limit", () => {
    const of = (pod: string) => ({
      kind: "vector" as const,
      samples: [{ labels: { alertname: "Slow", pod }, annotations: {}, value: 1 }],
    });
    const kept = spec({ limit: 1, keepFiringFor: 600 });
    const first = stepTier(kept, new Map(), 0, of("a")).state;
    expect(stepTier(kept, first, 60, of("b")).error).toBe("exceeded limit of 1 with 2 alerts");
  });

  it("puts a firing alert back to pending where for was raised above its age", () => {
    const firing = stepTier(
      spec({ for: 60 }),
      stepTier(spec({ for: 60 }), new Map(), 0, observation(1)).state,
      60,
      observation(1),
    );
    const raised = stepTier(spec({ for: 300 }), firing.state, 120, observation(1));
    expect(raised.state.get(fingerprint)).toMatchObject({ state: "pending", activeAt: 0, firedAt: null });
    expect(raised.transitions[0]).toMatchObject({ from: "firing", to: "pending" });
    expect(stepTier(spec({ for: 300 }), raised.state, 300, observation(1)).transitions[0]).toMatchObject({
      from: "pending",
      to: "firing",
    });
    expect(stepTier(spec({ for: 100 }), firing.state, 120, observation(1)).transitions).toEqual([]);
  });
});

describe("restoreTier", () => {
  const outage = { outageTolerance: 3600, gracePeriod: 600 };
  // Up again at 10,000 s with an alert that was seen again at 9,990 s.
  const restored = (given: { for: number; seenAt: number; activeAt: number }) => {
    const state = stepTier(spec({ for: given.for }), new Map(), 9990, observation(1)).state;
    return restoreTier({ for: given.for }, state, 10_000, new Map([[fingerprint, given]]), outage).get(
      fingerprint,
    )?.activeAt;
  };

  it.each([
    [
      "was firing before: it keeps its time and fires at once",
      { for: 900, seenAt: 9000, activeAt: 8000 },
      8000,
    ],
    [
      "would be due within the grace period: a grace period from now",
      { for: 900, seenAt: 9000, activeAt: 8500 },
      9700,
    ],
    ["has longer to go: the outage does not count", { for: 1800, seenAt: 9000, activeAt: 8500 }, 9500],
    [
      "was seen longer ago than the tolerance: it starts over",
      { for: 900, seenAt: 6399, activeAt: 5000 },
      9990,
    ],
    ["has a for below the grace period: it starts over", { for: 599, seenAt: 9000, activeAt: 8000 }, 9990],
  ])("%s", (_, given, activeAt) => {
    expect(restored(given)).toBe(activeAt);
  });

  it("leaves alerts alone that are new since", () => {
    const state = stepTier(spec({ for: 900 }), new Map(), 9990, observation(1)).state;
    expect(restoreTier({ for: 900 }, state, 10_000, new Map())).toEqual(state);
  });
});

describe("alertLabelsOf", () => {
  it("drops the metric's name, lets the rule win, and an empty value take a label away", () => {
    expect(
      alertLabelsOf(
        { __name__: "up", job: "vllm", pod: "a", team: "x" },
        { pod: "b", team: "", alertname: "no" },
        "Down",
      ),
    ).toEqual({ job: "vllm", pod: "b", alertname: "Down" });
  });
});
