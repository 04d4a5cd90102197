import type uPlot from "uplot";

/** A pointer that was moved less than this, in px, did not mean to move the range. */
const DRAG_PX = 4;

/** Returns the range that [from, to] becomes when the pointer drags its picture by `px` of `width`. */
export function pannedRange(
  { from, to }: { from: number; to: number },
  px: number,
  width: number,
): { from: number; to: number } {
  const by = width > 0 ? (-px / width) * (to - from) : 0;
  return { from: from + by, to: to + by };
}

/**
 * Moves the time axis with the pointer until it is released, then asks for that range. `onMove` is told where the axis is
 * to be, null for where it was. What lies outside of the data is empty until it has been read.
 */
export function beginPan(
  u: uPlot,
  down: MouseEvent,
  onMove: (range: { from: number; to: number } | null) => void,
  onPanned: (from: number, to: number) => void,
): void {
  const { min, max } = u.scales.x!;
  if (min == null || max == null) return;
  down.preventDefault();
  const { width } = u.over.getBoundingClientRect();
  u.over.style.cursor = "grabbing";
  const rangeAt = (event: MouseEvent) =>
    pannedRange({ from: min, to: max }, event.clientX - down.clientX, width);
  const move = (event: MouseEvent) => onMove(rangeAt(event));
  const up = (event: MouseEvent) => {
    document.removeEventListener("mousemove", move);
    document.removeEventListener("mouseup", up);
    u.over.style.cursor = "";
    const { from, to } = rangeAt(event);
    if (Math.abs(event.clientX - down.clientX) >= DRAG_PX) onPanned(from, to);
    else onMove(null);
  };
  document.addEventListener("mousemove", move);
  document.addEventListener("mouseup", up);
}
