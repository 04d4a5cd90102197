import type { Random } from "./random";

/** How long one iteration of the engine takes. All in seconds; an iteration is the sum of its parts. */
export type StepCost = {
  /** Reading the weights and launching kernels, whatever is in the batch. */
  base: number;
  /** For each sequence that decodes a token. */
  perSequence: number;
  /** For each prompt token computed in the iteration. */
  perPrefillToken: number;
  /** For each token of context that attention reads from the KV cache. */
  perContextToken: number;
  /** Sigma of the log-normal factor on an iteration: clocks, stragglers between GPUs, the Python loop. */
  jitter: number;
};

export type EngineConfig = {
  /** Tokens in one block of the KV cache. */
  blockSize: number;
  /** Blocks in the KV cache. */
  blocks: number;
  /** Most sequences in one batch (`--max-num-seqs`). */
  maxSequences: number;
  /** Most tokens computed in one iteration (`--max-num-batched-tokens`): longer prompts are prefilled in chunks. */
  maxBatchedTokens: number;
  cost: StepCost;
};

export type FinishReason = "stop" | "length" | "abort" | "timeout" | "error";

export type SequenceRequest = {
  id: string;
  /** Prompt tokens, of which `cachedTokens` (a multiple of the block size) are in the prefix cache already. */
  promptTokens: number;
  cachedTokens: number;
  /** Tokens after which the sequence ends by itself, with `reason`. At least 1. */
  outputTokens: number;
  reason: FinishReason;
  /** When the request reached the server, Unix seconds; waiting in the engine begins at `submit`. */
  arrivedAt: number;
  /** When it is given up, and as what. */
  deadline: number;
  deadlineReason: "abort" | "timeout";
};

export type Sequence = SequenceRequest & {
  queuedAt: number;
  /** First time in a batch; null while it has only waited. */
  scheduledAt: number | null;
  firstTokenAt: number | null;
  /** Set when the sequence leaves the batch; while it decodes, its last token came with the last iteration. */
  lastTokenAt: number | null;
  generated: number;
  /** Tokens whose keys and values are in the cache (prefill goes on until it reaches `prefillTarget`). */
  computed: number;
  prefillTarget: number;
  /** Blocks that are this sequence's own; those of the shared prefix are counted once for all. */
  blocks: number;
  preemptions: number;
};

/** What happens inside the engine, told as it happens. Times are Unix seconds, durations seconds. */
export type EngineObserver = {
  /** `steps` iterations ran, each computing `tokens` tokens, of which `prefillTokens` are of prompts. */
  iterated(tokens: number, prefillTokens: number, steps: number): void;
  /** `sequences` sequences got `steps` tokens each; token i came `first + i * growth` after the one before. */
  decoded(sequences: number, steps: number, first: number, growth: number): void;
  firstToken(sequence: Sequence, at: number): void;
  /** The first token after a preemption, `gap` after the one before it. */
  resumed(sequence: Sequence, at: number, gap: number): void;
  preempted(sequence: Sequence, at: number): void;
  finished(sequence: Sequence, at: number, reason: FinishReason): void;
};

/** Iterations in which nothing changes but the lengths: their durations grow linearly with the context. */
type Plan = {
  start: number;
  steps: number;
  done: number;
  first: number;
  growth: number;
  prefill: { id: string; tokens: number }[];
};

export type EngineState = {
  clock: number;
  busySeconds: number;
  submitted: number;
  finished: number;
  preemptions: number;
  waiting: Sequence[];
  running: Sequence[];
  plan: Plan | null;
};

// About a second of decoding: scenarios and deadlines take effect when a plan ends.
const MOST_STEPS_IN_A_PLAN = 32;

/**
 * A continuous-batching engine in the manner of vLLM V1, as a discrete-event model.
 *
 * Each iteration gives every running sequence one token and fills what is left of its token budget with prompt
 * tokens of new ones (chunked prefill). Requests wait in order of arrival while the batch or the KV cache is full;
 * when running sequences outgrow the cache, the youngest is preempted: it loses its blocks, goes back to the head of
 * the queue and is computed again. Iterations in which only the lengths grow are taken in one go.
 *
 * The caller moves time: `advance(to)` completes every iteration that ends at or before `to`. How often it is called
 * does not change what happens.
 */
export class BatchEngine {
  /** Factor on every iteration's duration; takes effect with the next plan. */
  slowdown = 1;
  /** Part of `maxSequences` that may be used, 0–1; at least one sequence always may. */
  capacity = 1;

  readonly #config: EngineConfig;
  readonly #random: Random;
  readonly #observer: EngineObserver;
  readonly #state: EngineState;
  #ownBlocks = 0;
  /** No request in the engine has an earlier deadline. */
  #nextDeadline = Number.NEGATIVE_INFINITY;

  constructor(config: EngineConfig, random: Random, observer: EngineObserver, state?: EngineState) {
    this.#config = config;
    this.#random = random;
    this.#observer = observer;
    const taken = (sequence: Sequence) =>
      Object.assign(newSequence(sequence, sequence.queuedAt), sequence) as Sequence;
    this.#state = {
      clock: state?.clock ?? 0,
      busySeconds: state?.busySeconds ?? 0,
      submitted: state?.submitted ?? 0,
      finished: state?.finished ?? 0,
      preemptions: state?.preemptions ?? 0,
      waiting: (state?.waiting ?? []).map(taken),
      running: (state?.running ?? []).map(taken),
      plan: state?.plan ? { ...state.plan } : null,
    };
    for (const sequence of this.#state.running) this.#ownBlocks += sequence.blocks;
  }

  get waiting(): number {
    return this.#state.waiting.length;
  }

  get running(): number {
    return this.#state.running.length;
  }

  /** Requests ever submitted; always `finished + waiting + running`. */
  get submitted(): number {
    return this.#state.submitted;
  }

  /** Requests that left, for whatever reason. */
  get finished(): number {
    return this.#state.finished;
  }

  get preemptions(): number {
    return this.#state.preemptions;
  }

  /** Seconds in which an iteration was running, since the beginning. */
  get busySeconds(): number {
    const { plan, busySeconds } = this.#state;
    return plan ? busySeconds + elapsed(plan, plan.done) : busySeconds;
  }

  get usedBlocks(): number {
    return this.#ownBlocks + this.#sharedBlocks();
  }

  /** Used part of the KV cache, 0–1. */
  get cacheUsage(): number {
    return this.usedBlocks / this.#config.blocks;
  }

  /** The plain data from which an engine goes on exactly as this one would. It is not copied. */
  get state(): Readonly<EngineState> {
    return this.#state;
  }

  /** Whether a sequence of this many tokens in all can ever be held. */
  fits(tokens: number): boolean {
    return Math.ceil(tokens / this.#config.blockSize) <= this.#config.blocks;
  }

  /** The next time at which a sequence may start, emit its first token or end; null when there is nothing to do. */
  nextEventAt(): number | null {
    const { plan, waiting, running, clock } = this.#state;
    if (plan) return plan.start + elapsed(plan, plan.steps);
    return waiting.length + running.length > 0 ? clock : null;
  }

  /** Takes a request into the queue. `now` must not lie before an earlier `submit` or `advance`. */
  submit(request: SequenceRequest, now: number): Sequence {
    if (!this.fits(request.promptTokens + request.outputTokens)) {
      throw new RangeError(`request ${request.id} is longer than the whole KV cache`);
    }
    this.advance(now);
    const state = this.#state;
    const sequence = newSequence(request, now);
    // The iteration under way cannot take it in any more; the plan ends there if the batch has room.
    if (state.plan && state.waiting.length === 0 && state.running.length < this.#slots()) {
      state.plan.steps = Math.min(state.plan.steps, state.plan.done + 1);
    }
    if (!state.plan) state.clock = Math.max(state.clock, now);
    state.waiting.push(sequence);
    state.submitted++;
    this.#nextDeadline = Math.min(this.#nextDeadline, sequence.deadline);
    return sequence;
  }

  /** Ends a request early. False if there is none of this id (it may have finished). */
  abort(id: string, now: number, reason: FinishReason = "abort"): boolean {
    this.advance(now);
    const { waiting, running } = this.#state;
    const sequence = waiting.find((s) => s.id === id) ?? running.find((s) => s.id === id);
    if (!sequence) return false;
    this.#finish(sequence, now, reason);
    return true;
  }

  /** Completes every iteration that ends at or before `to`. */
  advance(to: number): void {
    const state = this.#state;
    for (;;) {
      state.plan ??= this.#schedule(to);
      const plan = state.plan;
      if (!plan) return;
      let done = plan.done;
      while (done < plan.steps && plan.start + elapsed(plan, done + 1) <= to) done++;
      if (done > plan.done) this.#complete(plan, done);
      if (plan.done < plan.steps) return;
      state.busySeconds += elapsed(plan, plan.done);
      state.clock = plan.start + elapsed(plan, plan.done);
      state.plan = null;
    }
  }

  #slots(): number {
    return Math.max(1, Math.round(this.#config.maxSequences * this.capacity));
  }

  #sharedBlocks(): number {
    let most = 0;
    for (const sequence of this.#state.running) most = Math.max(most, sequence.cachedTokens);
    return most / this.#config.blockSize;
  }

  #blocksFor(sequence: Sequence, tokens: number): number {
    return Math.ceil(tokens / this.#config.blockSize) - sequence.cachedTokens / this.#config.blockSize;
  }

  /** Decides what the next iterations do, from the end of the last one on; null when there is nothing to do by `to`. */
  #schedule(to: number): Plan | null {
    const state = this.#state;
    const at = state.clock;
    if (at > to || state.waiting.length + state.running.length === 0) return null;
    this.#expire(at);
    const preempted = this.#makeRoom(at);

    const { blocks, maxBatchedTokens, cost } = this.#config;
    const prefill: Plan["prefill"] = [];
    let decoding = 0;
    let context = 0;
    for (const sequence of state.running) {
      const decodes = sequence.computed >= sequence.prefillTarget;
      context += decodes ? sequence.promptTokens + sequence.generated : sequence.computed;
      if (!decodes) continue;
      decoding++;
      // What runs has its next block before a newcomer may take it.
      this.#grow(sequence, sequence.generated + 1);
    }
    let budget = maxBatchedTokens - decoding;
    let prefillTokens = 0;
    const take = (sequence: Sequence) => {
      const tokens = Math.min(budget, sequence.prefillTarget - sequence.computed);
      if (tokens <= 0) return;
      prefill.push({ id: sequence.id, tokens });
      prefillTokens += tokens;
      budget -= tokens;
    };
    for (const sequence of state.running) if (sequence.computed < sequence.prefillTarget) take(sequence);
    while (!preempted && budget > 0 && state.running.length < this.#slots()) {
      const next = state.waiting[0];
      if (!next) break;
      const shared = Math.max(this.#sharedBlocks(), next.cachedTokens / this.#config.blockSize);
      const need = this.#blocksFor(next, next.prefillTarget + 1);
      if (this.#ownBlocks + shared + need > blocks) break;
      state.waiting.shift();
      state.running.push(next);
      next.blocks = need;
      this.#ownBlocks += need;
      next.computed = next.cachedTokens;
      next.scheduledAt ??= at;
      take(next);
    }
    if (state.running.length === 0) return null;

    const steps = prefill.length > 0 ? 1 : this.#stepsUntilChange();
    for (const sequence of state.running) {
      if (sequence.computed >= sequence.prefillTarget) this.#grow(sequence, sequence.generated + steps);
    }
    const factor = this.slowdown * Math.exp(cost.jitter * this.#random.normal());
    return {
      start: at,
      steps,
      done: 0,
      first:
        factor *
        (cost.base +
          cost.perSequence * decoding +
          cost.perPrefillToken * prefillTokens +
          cost.perContextToken * context),
      growth: factor * cost.perContextToken * decoding,
      prefill,
    };
  }

  #expire(at: number): void {
    const { waiting, running } = this.#state;
    if (at < this.#nextDeadline) return;
    this.#nextDeadline = Number.POSITIVE_INFINITY;
    for (const list of [waiting, running]) {
      for (const sequence of list.filter((s) => s.deadline <= at)) {
        this.#finish(sequence, at, sequence.deadlineReason);
      }
      for (const { deadline } of list) this.#nextDeadline = Math.min(this.#nextDeadline, deadline);
    }
  }

  /** Preempts until every decoding sequence can have one more token. */
  #makeRoom(at: number): boolean {
    const state = this.#state;
    let preempted = false;
    while (state.running.length > 1 && this.#blocksNeeded(1) > this.#config.blocks - this.usedBlocks) {
      const victim = state.running.pop()!;
      if (victim.generated > 0 && victim.computed >= victim.prefillTarget) victim.lastTokenAt = at;
      this.#ownBlocks -= victim.blocks;
      victim.blocks = 0;
      victim.computed = 0;
      victim.prefillTarget = victim.promptTokens + victim.generated;
      victim.preemptions++;
      state.preemptions++;
      state.waiting.unshift(victim);
      preempted = true;
      this.#observer.preempted(victim, at);
    }
    return preempted;
  }

  /** Blocks that must be added for every decoding sequence to have `steps` more tokens. */
  #blocksNeeded(steps: number): number {
    let need = 0;
    for (const sequence of this.#state.running) {
      if (sequence.computed < sequence.prefillTarget) continue;
      const tokens = sequence.promptTokens + sequence.generated + steps;
      need += Math.max(0, this.#blocksFor(sequence, tokens) - sequence.blocks);
    }
    return need;
  }

  #grow(sequence: Sequence, generated: number): void {
    const need = this.#blocksFor(sequence, sequence.promptTokens + generated);
    if (need <= sequence.blocks) return;
    this.#ownBlocks += need - sequence.blocks;
    sequence.blocks = need;
  }

  #stepsUntilChange(): number {
    let steps = MOST_STEPS_IN_A_PLAN;
    for (const sequence of this.#state.running) {
      steps = Math.min(steps, sequence.outputTokens - sequence.generated);
    }
    const free = this.#config.blocks - this.usedBlocks;
    while (steps > 1 && this.#blocksNeeded(steps) > free) steps--;
    return steps;
  }

  #complete(plan: Plan, done: number): void {
    const steps = done - plan.done;
    const at = plan.start + elapsed(plan, done);
    const first = plan.first + plan.growth * plan.done;
    plan.done = done;

    let decoding = 0;
    let ended: Sequence[] | undefined;
    for (const sequence of this.#state.running) {
      if (sequence.computed < sequence.prefillTarget) continue;
      decoding++;
      sequence.generated += steps;
      if (sequence.generated >= sequence.outputTokens) {
        ended ??= [];
        ended.push(sequence);
      }
    }
    let prefillTokens = 0;
    for (const chunk of plan.prefill) {
      const sequence = this.#state.running.find((s) => s.id === chunk.id);
      if (!sequence) continue;
      prefillTokens += chunk.tokens;
      sequence.computed += chunk.tokens;
      if (sequence.computed < sequence.prefillTarget) continue;
      sequence.generated++;
      if (sequence.firstTokenAt === null) {
        sequence.firstTokenAt = at;
        this.#observer.firstToken(sequence, at);
      } else {
        this.#observer.resumed(sequence, at, at - (sequence.lastTokenAt ?? at));
      }
      if (sequence.generated >= sequence.outputTokens) {
        ended ??= [];
        ended.push(sequence);
      }
    }
    const tokens = decoding + prefillTokens;
    if (tokens > 0) this.#observer.iterated(tokens, prefillTokens, steps);
    if (decoding > 0) this.#observer.decoded(decoding, steps, first, plan.growth);
    if (ended) for (const sequence of ended) this.#finish(sequence, at, sequence.reason);
  }

  #finish(sequence: Sequence, at: number, reason: FinishReason): void {
    const state = this.#state;
    const running = state.running.indexOf(sequence);
    if (running >= 0) {
      state.running.splice(running, 1);
      if (sequence.generated > 0 && sequence.computed >= sequence.prefillTarget) {
        sequence.lastTokenAt = state.plan
          ? state.plan.start + elapsed(state.plan, state.plan.done)
          : state.clock;
      }
    } else state.waiting.splice(state.waiting.indexOf(sequence), 1);
    this.#ownBlocks -= sequence.blocks;
    sequence.blocks = 0;
    state.finished++;
    this.#observer.finished(sequence, at, reason);
  }
}

/** A sequence that waits. Written out field by field: engines spend their time in these, and one shape is fast. */
function newSequence(request: SequenceRequest, now: number): Sequence {
  return {
    id: request.id,
    promptTokens: request.promptTokens,
    cachedTokens: request.cachedTokens,
    outputTokens: request.outputTokens,
    reason: request.reason,
    arrivedAt: request.arrivedAt,
    deadline: request.deadline,
    deadlineReason: request.deadlineReason,
    queuedAt: now,
    scheduledAt: null,
    firstTokenAt: null,
    lastTokenAt: null,
    generated: 0,
    computed: 0,
    prefillTarget: request.promptTokens,
    blocks: 0,
    preemptions: 0,
  };
}

/** Seconds from the plan's start to the end of its first `steps` iterations. */
function elapsed(plan: Plan, steps: number): number {
  return steps * plan.first + (plan.growth * steps * (steps - 1)) / 2;
}
