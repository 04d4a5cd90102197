import { describe, expect, it } from "vitest";
import { estimateHeadroom, type HeadroomHistory } from "./headroom";
import { seededRandom } from "./seeded-random";

const step = 300;
const perDay = 86_400 / step;

/**
 * A service that finishes at most `capacity` requests a second a replica, under a load that swings with the day up to
 * `peak`, with noise: what cannot be served waits.
 */
function simulate({
  days = 14,
  capacity = 10,
  peak = 11.5,
  replicas = () => 1,
  tokens = () => 200,
  seed = "a",
  noise = 0.08,
}: {
  days?: number;
  capacity?: number;
  peak?: number;
  replicas?: (window: number) => number;
  tokens?: (window: number) => number;
  seed?: string;
  noise?: number;
} = {}): HeadroomHistory {
  const random = seededRandom(seed);
  // The sum of twelve uniforms less six is nearly normal.
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6);
  const [rate, queue, output, prompt, counts]: number[][] = [[], [], [], [], []];
  let waiting = 0;
  for (let window = 0; window <= days * perDay; window += 1) {
    const n = replicas(window);
    const ofDay = peak * (0.55 - 0.45 * Math.cos((2 * Math.PI * window) / perDay)) * (1 + 0.06 * normal());
    const able = (capacity * (1 + noise * 0.5 * normal()) * n * 200) / tokens(window);
    const arrived = Math.max(0, ofDay * n * (1 + noise * normal())) + waiting / step;
    const served = Math.min(arrived, able);
    waiting = Math.min((arrived - served) * step, 5_000);
    rate!.push(served);
    // A request or two wait at some moment of most windows.
    queue!.push(waiting + Math.floor(random() * 2) * n);
    output!.push(served * tokens(window));
    prompt!.push(served * 900);
    counts!.push(n);
  }
  return {
    step,
    rate: rate!,
    queue: queue!,
    queueUnit: "requests",
    output: output!,
    prompt: prompt!,
    replicas: counts!,
  };
}

const estimate = (history: HeadroomHistory | { reason: string }) =>
  estimateHeadroom(history, seededRandom("test"));

describe("estimateHeadroom", () => {
  it("finds the capacity of a service that was overloaded at times", () => {
    const result = estimate(simulate());
    expect(result.kind).toBe("estimate");
    expect(result.rate).toBeGreaterThan(9.8);
    expect(result.rate).toBeLessThan(10.2);
    expect(result.interval!.lo).toBeLessThanOrEqual(result.rate!);
    expect(result.interval!.hi).toBeGreaterThanOrEqual(result.rate!);
    expect(result.headroom).toBeCloseTo(result.rate! / result.current! - 1, 9);
  });

  it("is the same for the same data and seed", () => {
    expect(estimate(simulate())).toEqual(estimate(simulate()));
  });

  it("has an interval that holds the capacity of nearly all services of a kind", () => {
    const held = Array.from({ length: 16 }, (_, index) => estimate(simulate({ seed: `c${index}` }))).filter(
      ({ interval }) => interval !== null && interval.lo <= 10 && interval.hi !== null && interval.hi >= 10,
    );
    expect(held.length).toBeGreaterThanOrEqual(13);
  }, 30_000);

  it("cannot say where the load never came near, and gives what was served without a queue", () => {
    const result = estimate(simulate({ peak: 5 }));
    expect(result).toMatchObject({ kind: "cannot_say", rate: null, interval: null });
    expect(result.reason).toContain("never came near");
    expect(result.atLeast).toBeGreaterThan(4);
    expect(result.atLeast).toBeLessThan(7);
  });

  it("does not take one incident at a low load for the capacity", () => {
    const history = simulate({ peak: 5 });
    const queue = history.queue.map((waiting, index) => (index > 1000 && index < 1040 ? 3000 : waiting));
    const result = estimate({ ...history, queue });
    expect(result.kind).toBe("cannot_say");
    expect(result.reason).toContain("1 occasion");
  });

  it("is little moved by an incident beside real overload", () => {
    const history = simulate();
    const queue = history.queue.map((waiting, index) => (index > 1000 && index < 1030 ? 9000 : waiting));
    expect(Math.abs(estimate({ ...history, queue }).rate! - estimate(history).rate!)).toBeLessThan(0.3);
  });

  it("counts a replica at a time, and answers for as many as there are now", () => {
    const result = estimate(simulate({ replicas: (window) => (window > 10 * perDay ? 4 : 2) }));
    expect(result.replicas).toBe(4);
    expect(result.rate! / 4).toBeGreaterThan(9.8);
    expect(result.rate! / 4).toBeLessThan(10.2);
  });

  it("leaves out windows of another mix", () => {
    // A week of answers twice as long: half as many requests fit, and must not lower the estimate for today's.
    const result = estimate(
      simulate({ days: 14, tokens: (window) => (window < 7 * perDay ? 400 : 200), seed: "m" }),
    );
    expect(result.rate).toBeGreaterThan(9.8);
    expect(result.notes.join(" ")).toContain("left out");
  });

  it("says so where requests always wait", () => {
    const history = simulate();
    const result = estimate({ ...history, queue: history.queue.map((_, index) => 50 + (index % 3) * 100) });
    expect(result.kind).toBe("cannot_say");
  });

  it("needs two days", () => {
    const result = estimate(simulate({ days: 1 }));
    expect(result).toMatchObject({ kind: "cannot_say", atLeast: null });
    expect(result.reason).toBe("There is 1\u2009d of comparable history; it takes two days.");
  });

  it("passes on why there is no history", () => {
    expect(estimate({ reason: "No queue here." })).toMatchObject({
      kind: "cannot_say",
      reason: "No queue here.",
    });
  });

  it("measures a queue by its time where nothing else is known", () => {
    const history = simulate();
    const seconds = history.queue.map((waiting) => (waiting ?? 0) / 10);
    const result = estimate({ ...history, queue: seconds, queueUnit: "seconds" });
    expect(result).toMatchObject({ kind: "estimate", queueUnit: "seconds" });
    expect(result.rate).toBeGreaterThan(9.8);
    expect(result.rate).toBeLessThan(10.2);
  });
});

describe("seededRandom", () => {
  it("is spread evenly and differs by seed", () => {
    const random = seededRandom("x");
    const drawn = Array.from({ length: 20_000 }, random);
    expect(drawn.reduce((sum, each) => sum + each, 0) / drawn.length).toBeCloseTo(0.5, 1);
    for (const tenth of Array.from({ length: 10 }, (_, index) => index / 10)) {
      const share = drawn.filter((each) => each >= tenth && each < tenth + 0.1).length / drawn.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.01);
    }
    expect(seededRandom("y")()).not.toBe(seededRandom("x")());
  });
});
