/**
 * Returns where labels go so that neighbours are at least `gap` apart and all lie in [top, bottom], each as near as that
 * allows to where it wants to be. Order of input and output is the same. More labels than fit overlap at the bottom.
 */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  let floor = top;
  for (const index of order) {
    placed[index] = Math.max(placed[index]!, floor);
    floor = placed[index]! + gap;
  }
  let ceiling = bottom;
  for (const index of [...order].reverse()) {
    placed[index] = Math.max(top, Math.min(placed[index]!, ceiling));
    ceiling = placed[index]! - gap;
  }
  return placed;
}

/** Returns items gathered into groups whose neighbours are closer than `gap`, by ascending position. */
export function gather<Item>(
  items: readonly Item[],
  position: (item: Item) => number,
  gap: number,
): Item[][] {
  const groups: Item[][] = [];
  for (const item of [...items].sort((a, b) => position(a) - position(b))) {
    const group = groups.at(-1);
    if (group && position(item) - position(group.at(-1)!) < gap) group.push(item);
    else groups.push([item]);
  }
  return groups;
}
