/**
 * A stream of numbers in [0, 1) that is the same for the same seed (xorshift, G. Marsaglia 2003, 32 bits; the seed is
 * spread by FNV-1a). For resampling, not for secrets.
 */
export function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const character of seed) {
    state ^= character.codePointAt(0) ?? 0;
    state = Math.imul(state, 0x01000193) >>> 0;
  }
  // Zero would stay zero.
  state ||= 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}
