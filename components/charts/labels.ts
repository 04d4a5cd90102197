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

/** What is drawn already, or is to be; from its left and top edge. */
export type Box = { left: number; top: number; width: number; height: number };

const meet = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

/**
 * Returns where a label's top goes so that it meets nothing of `taken`: in the middle of [top, bottom], else as near to
 * it as there is room; null where there is none.
 */
export function freeTop(
  label: Omit<Box, "top">,
  { top, bottom }: { top: number; bottom: number },
  taken: readonly Box[],
): number | null {
  const last = bottom - label.height;
  const middle = (top + last) / 2;
  const beside = taken.flatMap((box) => [box.top - label.height, box.top + box.height]);
  const free = [middle, ...beside].filter(
    (at) => at >= top && at <= last && !taken.some((box) => meet({ ...label, top: at }, box)),
  );
  return free.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? null;
}

/**
 * Returns where a label's right edge goes so that it meets nothing of `taken`: as near to where it is as there is room
 * from `least` on; where it is, if there is none.
 */
export function freeRight(label: Box, taken: readonly Box[], least: number): number {
  const right = label.left + label.width;
  const free = [right, ...taken.map((box) => box.left)].filter((at) => {
    const moved = { ...label, left: at - label.width };
    return at <= right && moved.left >= least && !taken.some((box) => meet(moved, box));
  });
  return free.length === 0 ? right : Math.max(...free);
}

/** The space between two flags, px, the least of what can be pointed at, and of what a word or two can be read on. */
const flagGap = 4;
const leastFlag = 8;
const leastWords = 40;

/**
 * Returns where the flags of marks go so that none covers another: at the right of its mark, or at its left where there
 * is more room, cut to the room there is, and without words where that is too little to read one. `marks` by ascending `x`; all in px, as are the ends of the plot.
 */
export function placeFlags(
  marks: readonly { x: number; width: number }[],
  left: number,
  right: number,
): { left: number; width: number; hasWords: boolean }[] {
  let taken = left - flagGap;
  return marks.map(({ x, width }, index) => {
    const roomRight = (marks[index + 1]?.x ?? right) - x - (index + 1 < marks.length ? flagGap : 0);
    const roomLeft = x - taken - flagGap;
    const toLeft = roomRight < width && roomLeft > roomRight;
    const cut = Math.max(leastFlag, Math.min(width, toLeft ? roomLeft : roomRight));
    const hasWords = cut >= Math.min(width, leastWords);
    const placed = { left: toLeft ? x - cut : x, width: cut, hasWords };
    taken = Math.max(x, placed.left + cut);
    return placed;
  });
}
