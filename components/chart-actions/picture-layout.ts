/** Something to be set in a row, with its width in px. */
type Word<Item> = { item: Item; width: number };

/**
 * Returns where the names of a legend go, left to right and row by row, so that none leaves `width`; one that is wider has
 * a row of its own. All px, from the top left.
 */
export function flow<Item>(
  words: readonly Word<Item>[],
  { width, gap, rowHeight }: { width: number; gap: number; rowHeight: number },
): { placed: { item: Item; x: number; y: number; width: number }[]; height: number } {
  let x = 0;
  let y = 0;
  const placed = words.map(({ item, width: wanted }) => {
    const own = Math.min(wanted, width);
    if (x > 0 && x + own > width) {
      x = 0;
      y += rowHeight;
    }
    const at = { item, x, y, width: own };
    x += own + gap;
    return at;
  });
  return { placed, height: words.length === 0 ? 0 : y + rowHeight };
}
