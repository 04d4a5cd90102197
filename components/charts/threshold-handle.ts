/** A value that is moved on a chart. */
export type ThresholdHandle = {
  value: number;
  /** What it is, for those who do not see it: "Threshold of warning". */
  label: string;
  tone: "critical" | "warning";
  onChange: (value: number) => void;
  /** While it is dragged, the axis must stay as it is. */
  onDragging: (isDragging: boolean) => void;
};

/** The step of values that a pixel of an axis stands for: a power of ten, a half or a fifth of one. */
export function stepOfPixel(low: number, high: number, pixels: number): number {
  const least = (high - low) / Math.max(1, pixels);
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => power * factor >= least * (1 - 1e-9)) ?? 10) * power;
}

/** A value on the grid of a step, without what arithmetic in binary adds. */
export const onStep = (value: number, step: number): number =>
  Number((Math.round(value / step) * step).toPrecision(12)) + 0;

/** A value that is moved: not below zero where the axis has nothing below it. */
export const notBelow = (value: number, low: number): number => (low >= 0 ? Math.max(0, value) : value);

/** Where a key takes a value; undefined for a key that does not move it. Page keys take ten steps. */
export function movedByKey(
  key: string,
  value: number,
  { low, high, step }: { low: number; high: number; step: number },
): number | undefined {
  const steps: Record<string, number> = {
    ArrowUp: 1,
    ArrowRight: 1,
    ArrowDown: -1,
    ArrowLeft: -1,
    PageUp: 10,
    PageDown: -10,
  };
  if (key === "Home") return onStep(low, step);
  if (key === "End") return onStep(high, step);
  const count = steps[key];
  return count === undefined ? undefined : notBelow(onStep(value + count * step, step), low);
}
