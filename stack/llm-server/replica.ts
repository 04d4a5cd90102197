import {
  type Deployment,
  engineLimits,
  engineMemoryPerGpu,
  MAX_MODEL_LENGTH,
  REQUEST_TIMEOUT_SECONDS,
  replicaIdentity,
  SYSTEM_PROMPT_TOKENS,
  versionProfile,
} from "./deployment";
import { BatchEngine, type EngineState, type FinishReason, type Sequence } from "./engine";
import { Gpu, type GpuState, teslaV100 } from "./gpu";
import { Host, type HostState } from "./host";
import { createReplicaMetrics, type ErrorType, type ReplicaMetrics } from "./metrics";
import { createRandom, type RandomState, resumeRandom } from "./random";
import type { RegistryState } from "./registry";
import { ScenarioBook } from "./scenario";

export type ReplicaRequest = {
  id: string;
  /** Who asks; null is not limited by user. */
  user: string | null;
  promptTokens: number;
  maxTokens: number;
  /** What is wrong with the request; null for one that can be served. */
  fault: string | null;
  /** Seconds after which the client goes away by itself; null where that is seen on the connection. */
  patience: number | null;
  traceId?: string | undefined;
};

/** How a request ended. */
export type Outcome = {
  id: string;
  at: number;
  error: ErrorType | null;
  /** A sentence for the client where there is an error. */
  detail: string;
  /** How the engine ended it; null if it never got there. */
  reason: FinishReason | null;
  sequence: Sequence | null;
};

export type ReplicaListener = {
  firstToken?(sequence: Sequence, at: number): void;
  ended?(outcome: Outcome): void;
};

/** A request in the front end: being tokenised, or (in the scenario of timeouts) hanging there. */
type Pending = {
  id: string;
  arrivedAt: number;
  readyAt: number;
  promptTokens: number;
  maxTokens: number;
  deadline: number;
  deadlineReason: "abort" | "timeout";
  traceId?: string | undefined;
  hangs: boolean;
};

export type ReplicaState = {
  at: number;
  nextTick: number;
  engine: EngineState;
  pending: Pending[];
  random: { engine: RandomState; requests: RandomState; devices: RandomState };
  gpus: GpuState[];
  host: HostState;
  budgets: [string, { tokens: number; at: number }][];
  series: RegistryState;
};

const TICK_SECONDS = 1;
const HANGS_SECONDS = 10;
// A user may send 12 requests at once and 0.8 a second in the long run.
const USER_BURST = 12;
const USER_RATE = 0.8;
const MOST_USERS_REMEMBERED = 10_000;
const LONGEST_QUEUE = 2000;
// The front end's work on a request: HTTP, chat template, tokeniser.
const FRONT_END_SECONDS = 0.0015;
const FRONT_END_SECONDS_PER_TOKEN = 2.5e-6;
const BYTES_PER_TOKEN = 4;
// What one prefill needs of free GPU memory beyond what the engine reserved at start.
const WORKSPACE_MIB = 260;
const WORKSPACE_MIB_PER_TOKEN = 0.05;
const LOW_MEMORY_MIB = 400;

/** Errors and the HTTP status with which a server answers them. */
export const errorStatus: Record<ErrorType, number> = {
  timeout: 504,
  oom: 500,
  rate_limit: 429,
  model_error: 500,
  input_validation: 400,
};

const injectedDetail: Record<ErrorType, string> = {
  timeout: "The request took longer than the server allows.",
  oom: "CUDA out of memory while the prompt was processed.",
  rate_limit: "Too many requests; try again in a moment.",
  model_error: "The model failed while it generated the answer.",
  input_validation: "The request does not pass validation.",
};

/**
 * One model server: its engine, its GPUs and host, its limits and its series. It has no clock and no sockets: the live
 * server and the backfill drive the same object, the one by the wall clock, the other faster.
 */
export class Replica {
  readonly deployment: Deployment;
  readonly metrics: ReplicaMetrics;
  readonly scenarios = new ScenarioBook();
  readonly engine: BatchEngine;
  readonly #listener: ReplicaListener;
  readonly #profile;
  readonly #random;
  readonly #gpus: Gpu[];
  readonly #host: Host;
  readonly #pending: Pending[];
  readonly #budgets: Map<string, { tokens: number; at: number }>;
  readonly #traceIds = new Map<string, string>();
  #nextTick: number;
  #at: number;
  #busyAtTick: number;
  #prefillSeconds = 0;
  #bytesReceived = 0;
  #tokensSentAtTick: number;

  constructor(
    deployment: Deployment,
    seed: number,
    now: number,
    listener: ReplicaListener = {},
    state?: ReplicaState,
  ) {
    this.deployment = deployment;
    this.#listener = listener;
    this.#profile = versionProfile(deployment.version);
    this.metrics = createReplicaMetrics(replicaIdentity(deployment));
    const stream = (name: "engine" | "requests" | "devices") =>
      state ? resumeRandom(state.random[name]) : createRandom(seed, `${deployment.instance}/${name}`);
    this.#random = { engine: stream("engine"), requests: stream("requests"), devices: stream("devices") };
    if (state) this.metrics.registry.restore(state.series);
    this.engine = new BatchEngine(
      { ...engineLimits, cost: this.#profile.cost },
      this.#random.engine,
      this.#observer(),
      state?.engine,
    );
    this.#gpus = this.metrics.gpus.map(
      (metrics, i) => new Gpu(teslaV100, engineMemoryPerGpu, this.#random.devices, metrics, state?.gpus[i]),
    );
    this.#host = new Host(this.#random.devices, this.metrics.host, state?.host);
    this.#pending = state?.pending ?? [];
    this.#budgets = new Map(state?.budgets);
    this.#nextTick = state?.nextTick ?? Math.floor(now) + TICK_SECONDS;
    this.#at = state?.at ?? now;
    this.#busyAtTick = this.engine.busySeconds;
    this.#tokensSentAtTick = this.metrics.outputTokens.value;
  }

  /** Time up to which everything has happened, Unix seconds. */
  get at(): number {
    return this.#at;
  }

  /** Requests that are in the front end, in the queue or in the batch. */
  get inFlight(): number {
    return this.#pending.length + this.engine.waiting + this.engine.running;
  }

  /** Whether the scenario of a lost replica is in force: nothing answers then. */
  isLost(now: number): boolean {
    return this.scenarios.of("lost_replica", this.deployment.version, now).length > 0;
  }

  /** Whether some GPU has too little free memory for new requests. */
  isLowOnMemory(): boolean {
    return this.#gpus.some((gpu) => gpu.memoryFree < LOW_MEMORY_MIB);
  }

  /** Takes a request, or refuses it: then the outcome comes back, and is not told to the listener. */
  submit(request: ReplicaRequest, now: number): Outcome | null {
    this.advance(now);
    this.#bytesReceived += request.promptTokens * BYTES_PER_TOKEN;
    const refused = this.#refusal(request, now);
    if (refused) return this.#refuse(request.id, refused.type, refused.detail, now);

    const injected = this.#injectedError(now);
    if (injected && injected !== "timeout" && injected !== "model_error") {
      return this.#refuse(request.id, injected, injectedDetail[injected], now);
    }
    const patience = request.patience ?? Number.POSITIVE_INFINITY;
    const abandons = patience < REQUEST_TIMEOUT_SECONDS;
    const hangs = injected === "timeout";
    const frontEnd = FRONT_END_SECONDS + FRONT_END_SECONDS_PER_TOKEN * request.promptTokens;
    const pending: Pending = {
      id: request.id,
      arrivedAt: now,
      readyAt: now + (hangs ? HANGS_SECONDS : frontEnd),
      promptTokens: request.promptTokens,
      // A negative number marks one that fails in the model, see #enqueue.
      maxTokens: injected === "model_error" ? -request.maxTokens : request.maxTokens,
      deadline: now + (abandons ? patience : REQUEST_TIMEOUT_SECONDS),
      deadlineReason: abandons ? "abort" : "timeout",
      traceId: request.traceId,
      hangs,
    };
    const after = this.#pending.findIndex((other) => other.readyAt > pending.readyAt);
    this.#pending.splice(after < 0 ? this.#pending.length : after, 0, pending);
    return null;
  }

  /** Ends a request whose client has gone. */
  abandon(id: string, now: number): void {
    this.advance(now);
    const index = this.#pending.findIndex((pending) => pending.id === id);
    if (index >= 0) {
      this.#pending.splice(index, 1);
      this.metrics.requests.inc();
      this.metrics.httpRequests["2xx"].inc();
      this.#listener.ended?.({ id, at: now, error: null, detail: "", reason: "abort", sequence: null });
      return;
    }
    this.engine.abort(id, now);
  }

  /** The next time at which something may happen that a client waits for; null when nothing is in flight. */
  nextEventAt(): number | null {
    const times = [this.engine.nextEventAt(), this.#pending[0]?.readyAt ?? null].filter((at) => at !== null);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Lets everything happen that happens up to `now`. */
  advance(now: number): void {
    for (;;) {
      const ready = this.#pending[0]?.readyAt ?? Number.POSITIVE_INFINITY;
      const next = Math.min(ready, this.#nextTick);
      if (next > now) break;
      if (ready <= this.#nextTick) this.#enqueue(this.#pending.shift()!);
      else this.#tick(this.#nextTick);
    }
    this.engine.advance(now);
    this.#at = Math.max(this.#at, now);
  }

  /** Sets the gauges that are read at scrape time. */
  collect(now: number): void {
    this.advance(now);
    const { running, waiting, cacheUsage } = this.metrics.engine;
    running.set(this.engine.running);
    waiting.set(this.engine.waiting);
    cacheUsage.set(Math.round(this.engine.cacheUsage * 1e6) / 1e6);
  }

  /** Everything that goes on after `restore`; plain data. */
  state(): ReplicaState {
    const { engine, requests, devices } = this.#random;
    return structuredClone({
      at: this.#at,
      nextTick: this.#nextTick,
      engine: this.engine.state as EngineState,
      pending: this.#pending,
      random: { engine: engine.state(), requests: requests.state(), devices: devices.state() },
      gpus: this.#gpus.map((gpu) => gpu.state as GpuState),
      host: this.#host.state as HostState,
      budgets: [...this.#budgets],
      series: this.metrics.registry.state(),
    });
  }

  #refusal(request: ReplicaRequest, now: number): { type: ErrorType; detail: string } | null {
    if (request.fault !== null) return { type: "input_validation", detail: request.fault };
    if (request.promptTokens >= MAX_MODEL_LENGTH) {
      return {
        type: "input_validation",
        detail: `The prompt has ${request.promptTokens} tokens; the model takes ${MAX_MODEL_LENGTH - 1} at most.`,
      };
    }
    if (this.inFlight >= LONGEST_QUEUE || !this.#spend(request.user, now)) {
      return { type: "rate_limit", detail: injectedDetail.rate_limit };
    }
    const need = WORKSPACE_MIB + WORKSPACE_MIB_PER_TOKEN * request.promptTokens;
    if (this.#gpus.some((gpu) => gpu.memoryFree < need)) return { type: "oom", detail: injectedDetail.oom };
    return null;
  }

  /** Takes one request from the user's budget; false when it is used up. */
  #spend(user: string | null, now: number): boolean {
    if (user === null) return true;
    const budget = this.#budgets.get(user) ?? { tokens: USER_BURST, at: now };
    budget.tokens = Math.min(USER_BURST, budget.tokens + (now - budget.at) * USER_RATE);
    budget.at = now;
    // Re-inserted, so that the map's first key is the user not seen for longest.
    this.#budgets.delete(user);
    this.#budgets.set(user, budget);
    if (this.#budgets.size > MOST_USERS_REMEMBERED) this.#budgets.delete(this.#budgets.keys().next().value!);
    if (budget.tokens < 1) return false;
    budget.tokens--;
    return true;
  }

  #injectedError(now: number): ErrorType | null {
    const errors = this.scenarios.of("errors", this.deployment.version, now);
    if (errors.length === 0) return null;
    let drawn = this.#random.requests.uniform();
    for (const { type, rate } of errors) {
      if (drawn < rate) return type;
      drawn -= rate;
    }
    return null;
  }

  #refuse(id: string, error: ErrorType, detail: string, at: number): Outcome {
    this.#count(error);
    return { id, at, error, detail, reason: null, sequence: null };
  }

  #count(error: ErrorType | null): void {
    this.metrics.requests.inc();
    if (error) this.metrics.errors[error].inc();
    const status = error ? errorStatus[error] : 200;
    this.metrics.httpRequests[status < 300 ? "2xx" : status < 500 ? "4xx" : "5xx"].inc();
  }

  /** From the front end into the engine's queue. */
  #enqueue(pending: Pending): void {
    const at = pending.readyAt;
    if (pending.hangs) {
      this.#count("timeout");
      this.#observeLatency(at - pending.arrivedAt, pending.traceId, at);
      const detail = injectedDetail.timeout;
      this.#listener.ended?.({ id: pending.id, at, error: "timeout", detail, reason: null, sequence: null });
      return;
    }
    const random = this.#random.requests;
    const { outputMedian, outputSigma, modelErrorRate } = this.#profile;
    const most = Math.min(Math.abs(pending.maxTokens), MAX_MODEL_LENGTH - pending.promptTokens);
    const wanted = Math.max(1, Math.round(random.logNormal(outputMedian, outputSigma)));
    const fails = random.uniform() < modelErrorRate || pending.maxTokens < 0;
    const outputTokens = Math.min(wanted, most);
    const blockSize = engineLimits.blockSize;
    const shared = Math.min(SYSTEM_PROMPT_TOKENS, pending.promptTokens - 1);
    if (pending.traceId) this.#traceIds.set(pending.id, pending.traceId);
    this.engine.submit(
      {
        id: pending.id,
        promptTokens: pending.promptTokens,
        cachedTokens: Math.max(0, Math.floor(shared / blockSize) * blockSize),
        outputTokens: fails ? Math.max(1, Math.round(outputTokens * random.uniform())) : outputTokens,
        reason: fails ? "error" : wanted > most ? "length" : "stop",
        arrivedAt: pending.arrivedAt,
        deadline: pending.deadline,
        deadlineReason: pending.deadlineReason,
      },
      at,
    );
    const { engine } = this.metrics;
    engine.requestMaxTokens.observe(Math.abs(pending.maxTokens));
  }

  #tick(at: number): void {
    const version = this.deployment.version;
    this.engine.slowdown = this.scenarios
      .of("slower_version", version, at)
      .reduce((product, { factor }) => product * factor, 1);
    this.engine.capacity = this.scenarios
      .of("queue_build_up", version, at)
      .reduce((least, { capacity }) => Math.min(least, capacity), 1);
    this.engine.advance(at);

    const busySeconds = this.engine.busySeconds;
    const busy = Math.min(1, Math.max(0, (busySeconds - this.#busyAtTick) / TICK_SECONDS));
    const prefill = Math.min(1, this.#prefillSeconds / TICK_SECONDS);
    const load = { busy, prefill, running: this.engine.running };
    const leaks = this.scenarios.of("gpu_memory_leak", version, at);
    for (const [i, gpu] of this.#gpus.entries()) {
      gpu.advance(load, TICK_SECONDS);
      const mine = leaks.filter((leak) => leak.gpu === undefined || leak.gpu === this.deployment.gpus[i]);
      // When a leak is over, its process has been restarted.
      if (mine.length === 0) gpu.release();
      for (const leak of mine) gpu.leak((leak.mib_per_minute / 60) * TICK_SECONDS);
    }
    const sent = this.metrics.outputTokens.value - this.#tokensSentAtTick;
    this.#host.advance(
      {
        busy,
        running: this.engine.running,
        waiting: this.engine.waiting,
        bytesReceived: this.#bytesReceived,
        bytesSent: sent * BYTES_PER_TOKEN,
      },
      TICK_SECONDS,
    );
    this.#busyAtTick = busySeconds;
    this.#prefillSeconds = 0;
    this.#bytesReceived = 0;
    this.#tokensSentAtTick = this.metrics.outputTokens.value;
    this.#nextTick = at + TICK_SECONDS;
  }

  #observeLatency(seconds: number, traceId: string | undefined, at: number): void {
    this.metrics.latencySeconds.observeWithExemplar(seconds, traceId, at);
    this.metrics.latency.observeWithExemplar(seconds, traceId, at);
  }

  #observer() {
    const { engine, outputTokens } = this.metrics;
    const generated = (tokens: number) => {
      engine.generationTokens.inc(tokens);
      outputTokens.inc(tokens);
    };
    return {
      iterated: (tokens: number, prefillTokens: number, steps: number) => {
        engine.iterationTokens.observe(tokens, steps);
        this.#prefillSeconds += prefillTokens * this.#profile.cost.perPrefillToken;
      },
      decoded: (sequences: number, steps: number, first: number, growth: number) => {
        engine.interToken.observeRising(first, growth, steps, sequences);
        generated(sequences * steps);
      },
      firstToken: (sequence: Sequence, at: number) => {
        engine.ttft.observeWithExemplar(at - sequence.arrivedAt, this.#traceIds.get(sequence.id), at);
        engine.promptTokens.inc(sequence.promptTokens);
        engine.prefixQueries.inc(sequence.promptTokens);
        engine.prefixHits.inc(sequence.cachedTokens);
        generated(1);
        this.#listener.firstToken?.(sequence, at);
      },
      resumed: (_sequence: Sequence, _at: number, gap: number) => {
        engine.interToken.observe(gap);
        generated(1);
      },
      preempted: () => engine.preemptions.inc(),
      finished: (sequence: Sequence, at: number, reason: FinishReason) =>
        this.#finished(sequence, at, reason),
    };
  }

  #finished(sequence: Sequence, at: number, reason: FinishReason): void {
    const { engine } = this.metrics;
    const traceId = this.#traceIds.get(sequence.id);
    this.#traceIds.delete(sequence.id);
    const { arrivedAt, queuedAt, scheduledAt, firstTokenAt, lastTokenAt, generated } = sequence;
    engine.finished[reason === "timeout" ? "abort" : reason].inc();
    engine.e2e.observeWithExemplar(at - arrivedAt, traceId, at);
    engine.queue.observe((scheduledAt ?? at) - queuedAt);
    if (scheduledAt !== null && firstTokenAt !== null && lastTokenAt !== null) {
      engine.prefill.observe(firstTokenAt - scheduledAt);
      engine.decode.observe(lastTokenAt - firstTokenAt);
      engine.inference.observe(lastTokenAt - scheduledAt);
      engine.timePerOutputToken.observe(generated > 1 ? (lastTokenAt - firstTokenAt) / (generated - 1) : 0);
    }
    engine.requestPromptTokens.observe(sequence.promptTokens);
    engine.requestGenerationTokens.observe(generated);
    engine.maxGenerationTokens.observe(generated);
    const error = reason === "timeout" ? "timeout" : reason === "error" ? "model_error" : null;
    this.#count(error);
    if (reason !== "abort") this.#observeLatency(at - arrivedAt, traceId, at);
    const detail = error ? injectedDetail[error] : "";
    this.#listener.ended?.({ id: sequence.id, at, error, detail, reason, sequence });
  }
}
