import { describe, expect, it } from "vitest";
import { type ClientRequest, Traffic } from "./arrivals";
import { demoDeployments } from "./deployment";
import { replicaRequest } from "./history";
import { errorTypes } from "./metrics";
import { type Outcome, Replica, type ReplicaState } from "./replica";
import { scenarioSchema } from "./scenario";

const START = 1_750_075_200;
const deployment = demoDeployments[1]!;

/** The demo's traffic at half its rate, as one replica gets it, up to `end`. */
function requestsUntil(end: number): ClientRequest[] {
  const traffic = new Traffic({ seed: 1, rate: 2.5 }, START);
  const requests: ClientRequest[] = [];
  for (let next = traffic.next(); next.at <= end; next = traffic.next()) requests.push(next);
  return requests;
}

function run(seconds: number, prepare: (replica: Replica) => void = () => {}) {
  const ended: Outcome[] = [];
  const replica = new Replica(deployment, 1, START, { ended: (outcome) => ended.push(outcome) });
  prepare(replica);
  let refused = 0;
  for (const [i, request] of requestsUntil(START + seconds).entries()) {
    if (replica.submit(replicaRequest(request, String(i)), request.at)) refused++;
  }
  replica.collect(START + seconds);
  return { replica, ended, refused, metrics: replica.metrics };
}

const scenario = (body: object) => (replica: Replica) =>
  replica.scenarios.apply(scenarioSchema.parse(body), START);

function meanOf({ sum, count }: { sum: number; count: number }): number {
  return sum / count;
}

describe("Replica", () => {
  it("does the same again with the same seed", () => {
    expect(run(300).replica.state()).toEqual(run(300).replica.state());
  });

  it("answers each request once: requests = answers + refusals, in flight the rest", () => {
    const { replica, ended, refused, metrics } = run(900);
    const arrived = requestsUntil(START + 900).length;
    expect(ended.length + refused + replica.inFlight).toBe(arrived);
    expect(metrics.requests.value).toBe(ended.length + refused);
    expect(metrics.latency.count).toBe(metrics.latencySeconds.count);
    expect(metrics.engine.e2e.count).toBe(
      Object.values(metrics.engine.finished).reduce((n, c) => n + c.value, 0),
    );
    const http = Object.values(metrics.httpRequests).reduce((sum, { value }) => sum + value, 0);
    expect(http).toBe(metrics.requests.value);
    expect(metrics.outputTokens.value).toBe(metrics.engine.generationTokens.value);
  });

  it("has phases that add up to the end-to-end latency, but for the front end's milliseconds", () => {
    const { engine } = run(900).metrics;
    const phases = meanOf(engine.queue) + meanOf(engine.prefill) + meanOf(engine.decode);
    expect(meanOf(engine.e2e) - phases).toBeGreaterThan(0);
    // The aborted have an end-to-end latency and perhaps no phases, so the means are over nearly the same requests.
    expect((meanOf(engine.e2e) - phases) / meanOf(engine.e2e)).toBeLessThan(0.02);
    expect(meanOf(engine.inference)).toBeCloseTo(meanOf(engine.prefill) + meanOf(engine.decode), 6);
  });

  it("meets its targets in normal traffic", () => {
    const { metrics, ended } = run(1800);
    const share = (
      histogram: { bounds: readonly number[]; counts: number[]; count: number },
      bound: number,
    ) =>
      histogram.counts.slice(0, histogram.bounds.indexOf(bound) + 1).reduce((sum, n) => sum + n, 0) /
      histogram.count;
    expect(share(metrics.engine.ttft, 0.5)).toBeGreaterThan(0.95);
    expect(share(metrics.engine.interToken, 0.05)).toBeGreaterThan(0.9);
    expect(ended.filter(({ error }) => error !== null).length / ended.length).toBeLessThan(0.005);
  });

  it("goes on from its state as if it had not stopped", () => {
    const requests = requestsUntil(START + 240);
    const through = new Replica(deployment, 1, START);
    let resumed: Replica | undefined;
    for (const [i, request] of requests.entries()) {
      if (!resumed && request.at > START + 120) {
        through.collect(START + 120);
        const state = JSON.parse(JSON.stringify(through.state())) as ReplicaState;
        resumed = new Replica(deployment, 99, START + 120, {}, state);
      }
      for (const replica of resumed ? [through, resumed] : [through]) {
        replica.submit(replicaRequest(request, String(i)), request.at);
      }
    }
    for (const replica of [through, resumed!]) replica.collect(START + 240);
    expect(through.state().series).toEqual(resumed!.state().series);
    expect(through.metrics.requests.value).toBeGreaterThan(300);
  });

  it.each(errorTypes)("answers with %s as often as the scenario says", (type) => {
    const { metrics } = run(600, scenario({ kind: "errors", type, rate: 0.2 }));
    const share = metrics.errors[type].value / metrics.requests.value;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
  });

  it("is slower by the factor, for the version that is named only", () => {
    const normal = run(600).metrics.engine;
    const slow = run(600, scenario({ kind: "slower_version", version: "v1.3.0", factor: 2 })).metrics.engine;
    expect(meanOf(slow.interToken) / meanOf(normal.interToken)).toBeGreaterThan(1.8);
    expect(meanOf(slow.ttft) / meanOf(normal.ttft)).toBeGreaterThan(1.8);
    const other = run(600, scenario({ kind: "slower_version", version: "v1.2.0", factor: 2 })).metrics.engine;
    expect(meanOf(other.ttft)).toBe(meanOf(normal.ttft));
  });

  it("leaks GPU memory until requests fail with oom and readiness says low memory, and recovers", () => {
    const leak = { kind: "gpu_memory_leak", gpu: "2", mib_per_minute: 1000, duration: "10m" };
    const { replica, metrics } = run(540, scenario(leak));
    expect(replica.isLowOnMemory()).toBe(true);
    expect(metrics.errors.oom.value).toBeGreaterThan(0);
    const [leaking, other] = metrics.gpus;
    expect(leaking!.memoryUsed.value).toBeGreaterThan(other!.memoryUsed.value);
    expect(leaking!.memoryUsed.value).toBeLessThanOrEqual(leaking!.memoryTotal.value);
    const { memoryUsed, memoryFree, memoryReserved } = leaking!.dcgm;
    expect((memoryUsed.value + memoryFree.value + memoryReserved.value) * 1_048_576).toBe(
      leaking!.memoryTotal.value,
    );
    replica.advance(START + 610);
    expect(replica.isLowOnMemory()).toBe(false);
    expect(leaking!.memoryUsed.value).toBe(other!.memoryUsed.value);
  });

  it("builds up a queue when its capacity is cut, until requests time out", () => {
    const { metrics } = run(600, scenario({ kind: "queue_build_up", capacity: 0.02, duration: "1h" }));
    expect(metrics.engine.waiting.value).toBeGreaterThan(100);
    expect(metrics.errors.timeout.value).toBeGreaterThan(0);
    expect(metrics.engine.finished.abort.value).toBeGreaterThanOrEqual(metrics.errors.timeout.value);
  });

  it("limits one user, not the others", () => {
    const replica = new Replica(deployment, 1, START);
    let asked = 0;
    const ask = (user: string | null) =>
      replica.submit(
        { id: `${user}/${asked++}`, user, promptTokens: 200, maxTokens: 10, fault: null, patience: null },
        START + 1,
      );
    const refused = Array.from({ length: 20 }, () => ask("busy")).filter((outcome) => outcome !== null);
    expect(refused).toHaveLength(8);
    expect(refused[0]!.error).toBe("rate_limit");
    expect(ask("other")).toBeNull();
    expect(Array.from({ length: 20 }, () => ask(null)).every((outcome) => outcome === null)).toBe(true);
  });

  it("refuses a prompt that the model cannot take, with a reason", () => {
    const replica = new Replica(deployment, 1, START);
    const long = { id: "long", user: null, promptTokens: 9000, maxTokens: 10, fault: null, patience: null };
    const outcome = replica.submit(long, START + 1);
    expect(outcome?.error).toBe("input_validation");
    expect(outcome?.detail).toContain("9000 tokens");
    expect(replica.metrics.errors.input_validation.value).toBe(1);
  });

  it("warms up under load and cools down after it", () => {
    const { replica, metrics } = run(600);
    const gpu = metrics.gpus[0]!;
    const busy = { temperature: gpu.dcgm.temperature.value, power: gpu.dcgm.power.value };
    expect(gpu.utilizationPercent.value).toBeGreaterThan(50);
    replica.collect(START + 1200);
    expect(gpu.utilizationPercent.value).toBeLessThan(5);
    expect(gpu.dcgm.temperature.value).toBeLessThan(busy.temperature);
    expect(gpu.dcgm.power.value).toBeLessThan(busy.power);
  });
});
