import type { SeriesColor } from "@/components/charts/series";

const coloured = 8;

/** The colour of a slot; beyond the eight that can be told apart, the colour of the rest. */
export const slotColor = (slot: number): SeriesColor =>
  slot >= 1 && slot <= coloured ? (slot as SeriesColor) : "other";

/** A colour for the n-th of several things that have no slot of their own; from 0. */
export const nthColor = (index: number): SeriesColor => slotColor((index % coloured) + 1);

/**
 * The colours of services or versions that stand together: the one that each has on every page; of two that share one,
 * since there are more of them than colours, the second gets one that is free.
 */
export function colorsTogether(
  entities: readonly { id: string; colorSlot: number | null }[],
): ReadonlyMap<string, SeriesColor> {
  const taken = new Set<number>();
  const colors = new Map<string, SeriesColor>();
  const clashing: string[] = [];
  for (const { id, colorSlot } of entities) {
    if (colors.has(id) || clashing.includes(id)) continue;
    if (colorSlot === null || taken.has(colorSlot)) clashing.push(id);
    else {
      taken.add(colorSlot);
      colors.set(id, slotColor(colorSlot));
    }
  }
  for (const id of clashing) {
    const free = Array.from({ length: coloured }, (_, index) => index + 1).find((slot) => !taken.has(slot));
    if (free !== undefined) taken.add(free);
    colors.set(id, free === undefined ? "other" : slotColor(free));
  }
  return colors;
}
