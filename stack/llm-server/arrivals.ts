import { createRandom, hash32, hashUniform, type Random } from "./random";

export type TrafficOptions = {
  seed: number;
  /** Mean requests per second over a day. */
  rate: number;
};

/** A request as its client makes it. */
export type ClientRequest = {
  /** Unix seconds. */
  at: number;
  user: string;
  promptTokens: number;
  maxTokens: number;
  temperature: number;
  stream: boolean;
  /** The request is one that a server must refuse (its temperature is out of range). */
  invalid: boolean;
  /** Seconds after which the user stops waiting; null for the patient. */
  patience: number | null;
};

const DAY = 86_400;
const BUSIEST_SECOND_OF_DAY = 14 * 3600;
const DAILY_SWING = 0.3;
const SURGE_SLOT = 9000;
const SURGE_LENGTH = 240;
// The bound that thinning needs: no factor below exceeds it.
const HIGHEST_FACTOR = 1.3 * 1.11 * 2;

const USERS = 500;
const PROMPT_MEDIAN = 215;
const PROMPT_SIGMA = 0.9;
const SHORTEST_PROMPT = 150;
const INVALID_SHARE = 0.0004;
const IMPATIENT_SHARE = 0.004;

/**
 * Requests per second expected at a time (Unix seconds): a daily cycle with its top at 14:00 UTC, slow waves, and in
 * most slots of two and a half hours one surge of four minutes. Depends on the seed and the time only.
 */
export function arrivalRate({ seed, rate }: TrafficOptions): (at: number) => number {
  const phase = 2 * Math.PI * hashUniform(`waves/${seed}`);
  let surge = surgeOf(seed, 0);
  return (at) => {
    const slot = Math.floor(at / SURGE_SLOT);
    if (surge.slot !== slot) surge = surgeOf(seed, slot);
    const cycle = 1 + DAILY_SWING * Math.cos((2 * Math.PI * (at - BUSIEST_SECOND_OF_DAY)) / DAY);
    const waves =
      1 +
      0.06 * Math.sin((2 * Math.PI * at) / 2700 + phase) +
      0.05 * Math.sin((2 * Math.PI * at) / 740 + 2 * phase);
    const through = (at - surge.start) / SURGE_LENGTH;
    const swell = through > 0 && through < 1 ? 1 + surge.height * Math.sin(Math.PI * through) : 1;
    return rate * cycle * waves * swell;
  };
}

/** The surge of a slot: when it starts and what it adds at its top, as a part of the usual rate (0: none comes). */
function surgeOf(seed: number, slot: number): { slot: number; start: number; height: number } {
  const name = `surge/${seed}/${slot}`;
  return {
    slot,
    start: slot * SURGE_SLOT + hashUniform(`${name}/start`) * (SURGE_SLOT - SURGE_LENGTH),
    height: hashUniform(`${name}/comes`) > 0.8 ? 0 : 0.6 + 0.4 * hashUniform(`${name}/height`),
  };
}

/** Users by how much they send: Zipf's law with exponent 0.9, the busiest first. */
const cumulativeShares = (() => {
  const weights = Array.from({ length: USERS }, (_, rank) => (rank + 1) ** -0.9);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
})();

function drawUser(random: Random, seed: number): string {
  const drawn = random.uniform();
  let low = 0;
  let high = USERS - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (drawn <= cumulativeShares[middle]!) high = middle;
    else low = middle + 1;
  }
  // Ids say nothing of the rank.
  return `user-${(hash32(`user/${seed}/${low}`) % 0xffff).toString(16).padStart(4, "0")}`;
}

/** A Poisson process of requests with the rate of `arrivalRate`, from `from` on, and what each of them asks for. */
export class Traffic {
  /** Factor on the length of prompts, for requests drawn from now on. */
  promptFactor = 1;
  readonly #options: TrafficOptions;
  readonly #random: Random;
  readonly #rateAt: (at: number) => number;
  #at: number;

  constructor(options: TrafficOptions, from: number) {
    this.#options = options;
    this.#random = createRandom(options.seed, "arrivals");
    this.#rateAt = arrivalRate(options);
    this.#at = from;
  }

  /** The next request. Times rise strictly. */
  next(): ClientRequest {
    const random = this.#random;
    const highest = this.#options.rate * HIGHEST_FACTOR;
    do {
      this.#at += random.exponential(1 / highest);
    } while (random.uniform() * highest > this.#rateAt(this.#at));

    const user = drawUser(random, this.#options.seed);
    // A user's prompts resemble each other: some paste documents, some ask one-liners.
    const habit = Math.exp(0.5 * (hashUniform(`habit/${user}`) - 0.5));
    const length = random.logNormal(PROMPT_MEDIAN, PROMPT_SIGMA) * habit * this.promptFactor;
    const maxTokens = [256, 512, 512, 1024][Math.floor(random.uniform() * 4)]!;
    const temperature = Math.round(random.uniform() * 10) / 10;
    const stream = random.uniform() < 0.7;
    const invalid = random.uniform() < INVALID_SHARE;
    const patience = random.uniform() < IMPATIENT_SHARE ? 1 + random.exponential(4) : null;
    return {
      at: this.#at,
      user,
      promptTokens: SHORTEST_PROMPT + Math.round(length),
      maxTokens,
      temperature: invalid ? 3 : temperature,
      stream,
      invalid,
      patience,
    };
  }
}
