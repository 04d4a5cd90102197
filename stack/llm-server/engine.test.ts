import { describe, expect, it } from "vitest";
import {
  BatchEngine,
  type EngineConfig,
  type EngineObserver,
  type FinishReason,
  type Sequence,
  type SequenceRequest,
} from "./engine";
import { createRandom } from "./random";

const config: EngineConfig = {
  blockSize: 16,
  blocks: 512,
  maxSequences: 32,
  maxBatchedTokens: 512,
  cost: { base: 0.02, perSequence: 0.0002, perPrefillToken: 0.0001, perContextToken: 1e-7, jitter: 0.05 },
};

type Finished = { id: string; at: number; reason: FinishReason; sequence: Sequence };

function createEngine(overrides: Partial<EngineConfig> = {}, more: Partial<EngineObserver> = {}) {
  const finished: Finished[] = [];
  let tokens = 0;
  const engine = new BatchEngine({ ...config, ...overrides }, createRandom(1, "engine"), {
    iterated: () => {},
    decoded: (sequences, steps) => {
      tokens += sequences * steps;
    },
    firstToken: () => {
      tokens++;
    },
    resumed: () => {
      tokens++;
    },
    preempted: () => {},
    finished: (sequence, at, reason) =>
      finished.push({ id: sequence.id, at, reason, sequence: { ...sequence } }),
    ...more,
  });
  return { engine, finished, tokens: () => tokens };
}

const request = (id: number | string, more: Partial<SequenceRequest> = {}): SequenceRequest => ({
  id: String(id),
  promptTokens: 200,
  cachedTokens: 0,
  outputTokens: 50,
  reason: "stop",
  arrivedAt: 0,
  deadline: 1e9,
  deadlineReason: "timeout",
  ...more,
});

/** Poisson arrivals with log-normal lengths; `each` is called after every arrival. */
function drive(engine: BatchEngine, rate: number, seconds: number, each: (now: number) => void = () => {}) {
  const random = createRandom(2, "arrivals");
  let at = 0;
  for (let i = 0; ; i++) {
    at += random.exponential(1 / rate);
    if (at > seconds) return;
    engine.submit(
      request(i, {
        arrivedAt: at,
        promptTokens: 20 + Math.round(random.logNormal(150, 0.8)),
        outputTokens: 1 + Math.round(random.logNormal(80, 0.7)),
      }),
      at,
    );
    each(at);
  }
}

describe("BatchEngine", () => {
  it("does the same again with the same seed", () => {
    const run = () => {
      const { engine, finished } = createEngine();
      drive(engine, 4, 120);
      engine.advance(300);
      return finished.map(({ id, at, reason }) => ({ id, at, reason }));
    };
    const once = run();
    expect(once.length).toBeGreaterThan(300);
    expect(run()).toEqual(once);
  });

  it("does not depend on how often it is advanced", () => {
    const outcomes = [0.003, 0.25, 1000].map((stride) => {
      const { engine, finished, tokens } = createEngine();
      const random = createRandom(7, "lengths");
      for (let i = 0; i < 60; i++) {
        const at = i * 0.7;
        for (let now = at - 0.7; now < at; now += stride) engine.advance(now);
        engine.submit(request(i, { outputTokens: 1 + Math.floor(random.uniform() * 120) }), at);
      }
      engine.advance(500);
      return { tokens: tokens(), finished: finished.map(({ id, at }) => `${id} ${at.toFixed(9)}`) };
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  it("loses no request, holds no more than its cache, and emits each token once", () => {
    const { engine, finished, tokens } = createEngine({ blocks: 256 });
    let busiest = 0;
    drive(engine, 12, 200, () => {
      expect(engine.submitted).toBe(engine.finished + engine.waiting + engine.running);
      expect(engine.cacheUsage).toBeLessThanOrEqual(1);
      busiest = Math.max(busiest, engine.cacheUsage);
      expect(engine.running).toBeLessThanOrEqual(config.maxSequences);
    });
    engine.advance(5000);
    expect(busiest).toBeGreaterThan(0.95);
    expect(engine.preemptions).toBeGreaterThan(0);
    expect([engine.waiting, engine.running, engine.usedBlocks]).toEqual([0, 0, 0]);
    expect(finished).toHaveLength(engine.submitted);
    expect(new Set(finished.map(({ id }) => id)).size).toBe(finished.length);
    for (const { sequence } of finished) expect(sequence.generated).toBe(sequence.outputTokens);
    expect(tokens()).toBe(finished.reduce((sum, { sequence }) => sum + sequence.generated, 0));
  });

  it("preempts the youngest when the cache is overfilled, and finishes it all the same", () => {
    const preempted: string[] = [];
    const { engine, finished } = createEngine({ blocks: 16 }, { preempted: ({ id }) => preempted.push(id) });
    // Each ends at 160 of 256 tokens; both begin at 96.
    engine.submit(request("old", { promptTokens: 96, outputTokens: 64 }), 0);
    engine.submit(request("young", { promptTokens: 96, outputTokens: 64 }), 0);
    engine.advance(60);
    expect(preempted).toContain("young");
    expect(preempted).not.toContain("old");
    expect(finished.map(({ id }) => id)).toEqual(["old", "young"]);
    expect(finished[1]!.sequence.preemptions).toBeGreaterThan(0);
  });

  it("makes requests wait in order of arrival while the batch is full", () => {
    const { engine, finished } = createEngine({ maxSequences: 1 });
    for (let i = 0; i < 3; i++) engine.submit(request(i), 0);
    engine.advance(0.1);
    expect([engine.running, engine.waiting]).toEqual([1, 2]);
    engine.advance(60);
    expect(finished.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    const [first, second] = finished;
    expect(second!.sequence.scheduledAt).toBeGreaterThanOrEqual(first!.at);
  });

  it("spends queue + prefill + decode on a request, and nothing else", () => {
    const { engine, finished } = createEngine();
    drive(engine, 6, 100);
    engine.advance(1000);
    for (const { at, sequence } of finished) {
      const { queuedAt, scheduledAt, firstTokenAt, lastTokenAt } = sequence;
      expect(queuedAt).toBeLessThanOrEqual(scheduledAt!);
      expect(scheduledAt!).toBeLessThan(firstTokenAt!);
      expect(firstTokenAt!).toBeLessThanOrEqual(lastTokenAt!);
      expect(lastTokenAt).toBe(at);
    }
  });

  it("obeys Little's law: requests inside = arrival rate × time inside", () => {
    const { engine, finished } = createEngine();
    const seconds = 3000;
    let inside = 0;
    let samples = 0;
    let nextSample = 200;
    drive(engine, 5, seconds, (now) => {
      while (nextSample < now) {
        // The state between two arrivals changes only by what `advance` has done up to the last one.
        nextSample += 1;
        inside += engine.running + engine.waiting;
        samples++;
      }
    });
    engine.advance(1e6);
    const steady = finished.filter(({ sequence }) => sequence.queuedAt > 200);
    const timeInside =
      steady.reduce((sum, { at, sequence }) => sum + at - sequence.queuedAt, 0) / steady.length;
    const rate = steady.length / (seconds - 200);
    expect(inside / samples / (rate * timeInside)).toBeGreaterThan(0.93);
    expect(inside / samples / (rate * timeInside)).toBeLessThan(1.07);
  });

  it("prefills a long prompt in chunks while others go on decoding", () => {
    const iterations: number[] = [];
    const { engine, finished } = createEngine({}, { iterated: (tokens) => iterations.push(tokens) });
    engine.submit(request("short", { promptTokens: 10, outputTokens: 200 }), 0);
    engine.advance(1);
    engine.submit(request("long", { promptTokens: 1200 }), 1);
    engine.advance(60);
    expect(Math.max(...iterations)).toBe(config.maxBatchedTokens);
    expect(iterations.filter((tokens) => tokens === config.maxBatchedTokens)).toHaveLength(2);
    expect(finished).toHaveLength(2);
  });

  it("costs as its configuration says", () => {
    const cost = { base: 0.02, perSequence: 0.001, perPrefillToken: 0.0001, perContextToken: 0, jitter: 0 };
    const { engine, finished } = createEngine({ cost });
    engine.submit(request("a", { promptTokens: 100, outputTokens: 11 }), 5);
    engine.advance(10);
    const { sequence, at } = finished[0]!;
    expect(sequence.firstTokenAt! - 5).toBeCloseTo(0.02 + 100 * 0.0001, 9);
    expect(at - sequence.firstTokenAt!).toBeCloseTo(10 * (0.02 + 0.001), 9);
  });

  it("is slowed down by a factor, and admits fewer with less capacity", () => {
    const end = (slowdown: number) => {
      const { engine, finished } = createEngine({ cost: { ...config.cost, jitter: 0 } });
      engine.slowdown = slowdown;
      engine.submit(request("a"), 0);
      engine.advance(100);
      return finished[0]!.at;
    };
    expect(end(3) / end(1)).toBeCloseTo(3, 6);
    const { engine } = createEngine();
    engine.capacity = 0;
    for (let i = 0; i < 5; i++) engine.submit(request(i), 0);
    engine.advance(0.5);
    expect([engine.running, engine.waiting]).toEqual([1, 4]);
  });

  it("gives up at the deadline and on abort, and frees the cache", () => {
    const { engine, finished } = createEngine({ maxSequences: 1 });
    engine.submit(request("runs", { outputTokens: 4000, deadline: 2 }), 0);
    engine.submit(request("waits", { deadline: 1, deadlineReason: "abort" }), 0);
    engine.submit(request("dropped"), 0);
    engine.advance(0.5);
    expect(engine.abort("dropped", 0.5)).toBe(true);
    expect(engine.abort("dropped", 0.5)).toBe(false);
    engine.advance(10);
    expect(finished.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      "dropped abort",
      "waits abort",
      "runs timeout",
    ]);
    // Deadlines are looked at between plans, which last about a second.
    expect(finished[2]!.at).toBeLessThan(3.5);
    expect(engine.usedBlocks).toBe(0);
  });

  it("refuses what can never fit", () => {
    const { engine } = createEngine();
    expect(() => engine.submit(request("huge", { promptTokens: 9000 }), 0)).toThrow(RangeError);
  });
});
