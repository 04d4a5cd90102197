import uPlot from "uplot";
import type { Grid } from "./series";

/** Past so many bars the space between any two is a flicker and no help. */
const MOST_APART = 60;
/** Bars that touch are parted at least this far from one another: a constant rate would be one block. Px. */
const PARTED_PX = 6;

/**
 * Returns the times, Unix seconds, between two bars that are parted: every bar's edge where a bar is wide enough, else
 * that of every second, third … bar. They are the same times however the range moves on.
 */
export function partings({ start, end, step }: Grid, pxPerStep: number): number[] {
  const every = Math.max(1, Math.ceil(PARTED_PX / pxPerStep)) * step;
  const times: number[] = [];
  for (let bar = Math.ceil(start / every) * every; bar <= end; bar += every)
    if (bar > start) times.push(bar - step / 2);
  return times;
}

/** Returns how bars are drawn: apart where they are few, else with a hairline between every few pixels of them. */
export function partedBars(steps: number, grid: () => Grid): uPlot.Series.PathBuilder {
  if (steps <= MOST_APART) return uPlot.paths.bars!({ size: [0.8, 28, 1] });
  const touching = uPlot.paths.bars!({ size: [1, 28, 1] });
  return (u, ...given) => {
    const paths = touching(u, ...given);
    if (paths !== null) paths.clip = withoutHairlines(u, grid());
    return paths;
  };
}

/** All of the plot but a line of a pixel at each parting. */
function withoutHairlines(u: uPlot, grid: Grid): Path2D {
  const { left, top, width, height } = u.bbox;
  const hairline = Math.max(1, Math.round(devicePixelRatio));
  const pxPerStep = Math.abs(u.valToPos(grid.start + grid.step, "x") - u.valToPos(grid.start, "x"));
  const clip = new Path2D();
  let from = left;
  for (const time of partings(grid, pxPerStep)) {
    const at = Math.round(u.valToPos(time, "x", true));
    if (at <= from || at >= left + width) continue;
    clip.rect(from, top, at - from, height);
    from = at + hairline;
  }
  clip.rect(from, top, left + width - from, height);
  return clip;
}
