/** State of one stream of random numbers: four unsigned 32-bit words, so that a run can be put down and taken up. */
export type RandomState = [number, number, number, number];

export type Random = {
  /** A number in [0, 1). */
  uniform(): number;
  /** An exponential variate with the given mean, in the mean's unit. */
  exponential(mean: number): number;
  /** A standard normal variate. */
  normal(): number;
  /** A log-normal variate with the given median (not mean) and sigma of the logarithm. */
  logNormal(median: number, sigma: number): number;
  state(): RandomState;
};

/** A 32-bit hash of the text (FNV-1a, then murmur3's finaliser, so that near texts give far numbers). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends on the text only. */
export function hashUniform(text: string): number {
  return hash32(text) / 2 ** 32;
}

/**
 * A seeded stream of random numbers (sfc32, C. Doty-Humphrey, PractRand). The same seed and name give the same
 * numbers; different names give independent streams, so that drawing more of one kind does not shift another.
 */
export function createRandom(seed: number, stream: string): Random {
  const start: RandomState = [
    hash32(`${seed}/${stream}/a`),
    hash32(`${seed}/${stream}/b`),
    hash32(`${seed}/${stream}/c`),
    1,
  ];
  const random = resumeRandom(start);
  for (let i = 0; i < 12; i++) random.uniform();
  return random;
}

/** The stream of random numbers that goes on where `state` was taken. */
export function resumeRandom(state: RandomState): Random {
  let [a, b, c, counter] = state;

  function uniform(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  function normal(): number {
    // Box-Muller, one of the pair: keeping the other would be state that a resumed stream lacks.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  }

  return {
    uniform,
    normal,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    state: () => [a >>> 0, b >>> 0, c >>> 0, counter >>> 0],
  };
}
