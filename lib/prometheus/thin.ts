import type { Seconds, UnixSeconds } from "@/lib/units";

type Values = readonly (number | null)[];

/**
 * Returns which samples of a series to keep so that at most `maxPoints` are left, as ascending indices: the lowest and
 * the highest of each of `maxPoints / 2` stretches of equal length, and the first and the last sample of all. Every
 * extreme stays, at its own time and with its own value. NaN is neither: it is kept where a stretch has nothing else.
 *
 * Null is no sample; {@link gapsBetween} says where samples are missing between two that are kept. At least 2.
 */
export function thinnedIndices(values: Values, maxPoints: number): number[] {
  const samples: number[] = [];
  for (let index = 0; index < values.length; index++) if (values[index] !== null) samples.push(index);
  if (samples.length <= maxPoints) return samples;
  const keepsEnds = maxPoints >= 6;
  const stretches = Math.max(1, Math.floor((maxPoints - (keepsEnds ? 2 : 0)) / 2));
  const kept: number[] = [];
  const keep = (index: number) => {
    if (kept.at(-1) !== index) kept.push(index);
  };
  if (keepsEnds) keep(samples[0]!);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * values.length) / stretches);
    const to = Math.floor(((stretch + 1) * values.length) / stretches);
    for (const index of extremesOf(values, from, to)) keep(index);
  }
  if (keepsEnds) keep(samples.at(-1)!);
  return kept;
}

/** The indices of the lowest and the highest value of `values[from … to)`, ascending; one where they are the same. */
function extremesOf(values: Values, from: number, to: number): number[] {
  let lowest = -1;
  let highest = -1;
  let notANumber = -1;
  for (let index = from; index < to; index++) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    if (Number.isNaN(value)) {
      if (notANumber < 0) notANumber = index;
      continue;
    }
    if (lowest < 0 || value < values[lowest]!) lowest = index;
    if (highest < 0 || value > values[highest]!) highest = index;
  }
  if (lowest < 0) return notANumber < 0 ? [] : [notANumber];
  if (lowest === highest) return [lowest];
  return lowest < highest ? [lowest, highest] : [highest, lowest];
}

/**
 * Returns the gaps between kept samples, as indices of the first and the last missing value: where a line from one to the
 * next would cross a time without samples. The longest one of each.
 */
export function gapsBetween(values: Values, kept: readonly number[]): [first: number, last: number][] {
  const gaps: [number, number][] = [];
  for (let position = 1; position < kept.length; position++) {
    const to = kept[position]!;
    let longest: [number, number] | undefined;
    for (let index = kept[position - 1]! + 1; index < to; index++) {
      if (values[index] !== null) continue;
      const first = index;
      while (index + 1 < to && values[index + 1] === null) index++;
      if (longest === undefined || index - first > longest[1] - longest[0]) longest = [first, index];
    }
    if (longest !== undefined) gaps.push(longest);
  }
  return gaps;
}

/** A coarser grid for several series at once. */
export type CoarseGrid = {
  start: UnixSeconds;
  end: UnixSeconds;
  step: Seconds;
  /** Points of the finer grid in one of this. */
  width: number;
};

/** The fewest points that {@link coarserGrid} can give. */
export const LEAST_COARSE_POINTS = 3;

/**
 * Returns the grid on which series of `start, start + step … end` have at most `maxPoints` points, ending at the same time;
 * null where they have no more now. `maxPoints` is at least 3.
 */
export function coarserGrid(
  { start, end, step }: { start: UnixSeconds; end: UnixSeconds; step: Seconds },
  maxPoints: number,
): CoarseGrid | null {
  const points = Math.round((end - start) / step) + 1;
  if (points <= maxPoints) return null;
  const most = Math.max(1, Math.floor(maxPoints / 3));
  const width = Math.ceil(points / (3 * most));
  const slots = Math.ceil(points / (3 * width)) * 3;
  return { start: end - (slots - 1) * width * step, end, step: width * step, width };
}

/**
 * Returns which value of the finer grid stands at each point of the coarser one, -1 for none. Three points share a
 * stretch: they carry its lowest and its highest value and, between, a gap where it has one, in the order in which
 * they came. So a point's time may be off by up to a stretch, its value never.
 */
export function coarseIndices(values: Values, { start, end, step, width }: CoarseGrid): number[] {
  const slots = Math.round((end - start) / step) + 1;
  const indices = new Array<number>(slots).fill(-1);
  for (let slot = 0; slot < slots; slot += 3) {
    const to = values.length - ((slots - slot) / 3 - 1) * 3 * width;
    const from = to - 3 * width;
    const chosen = chosenOf(values, Math.max(0, from), to);
    // The first stretch may be shorter than its three points.
    const space = Math.min(3, chosen.length);
    for (let at = 0; at < space; at++) indices[slot + 3 - space + at] = chosen[at]!;
  }
  return indices;
}

function chosenOf(values: Values, from: number, to: number): number[] {
  const extremes = extremesOf(values, from, to);
  if (extremes.length === 0) return [];
  const gap = longestGap(values, from, to);
  if (gap >= 0) {
    const withGap = [...extremes, gap].sort((a, b) => a - b).map((index) => (index === gap ? -1 : index));
    // One value and a gap: the value stays on its side of it.
    if (withGap.length === 3) return withGap;
    return withGap[0] === -1 ? [-1, -1, withGap[1]!] : [withGap[0]!, -1, -1];
  }
  const whole = new Set([...extremes, to - 1, from, from + 1].filter((index) => index < to));
  return [...whole].slice(0, 3).sort((a, b) => a - b);
}

/** The index of the first null of the longest run of them, or -1. */
function longestGap(values: Values, from: number, to: number): number {
  let longest = -1;
  let length = 0;
  for (let index = from; index < to; index++) {
    if (values[index] !== null) continue;
    const first = index;
    while (index + 1 < to && values[index + 1] === null) index++;
    if (index - first + 1 > length) {
      longest = first;
      length = index - first + 1;
    }
  }
  return longest;
}
