const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The middle value, or the mean of the two middle ones. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("there is no median of nothing");
  const sorted = ascending(values);
  const upper = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
}

/** The lowest and the highest value. Throws RangeError for no values. */
export function spread(values: readonly number[]): { lowest: number; highest: number } {
  if (values.length === 0) throw new RangeError("there is no spread of nothing");
  const sorted = ascending(values);
  return { lowest: sorted[0]!, highest: sorted.at(-1)! };
}
