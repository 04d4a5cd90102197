import type uPlot from "uplot";
import type { TokenReader } from "./chart-tokens";
import { type Box, freeRight, freeTop } from "./labels";

/** Ticks, labels and hints on a canvas: `text-caption`. */
export const CHART_FONT_PX = 12;
export const CHART_FONT = `${CHART_FONT_PX}px "Inter Variable", system-ui, sans-serif`;

export type Threshold = {
  value: number;
  /** "SLO", "alert": the value is written behind it. */
  label: string;
  tone: "critical" | "warning";
  /** Which side is bad; above unless told otherwise. */
  beyond?: "above" | "below";
};

/** A range of the y axis that means something: "busy" from 100 to 500. `to` null is everything above. */
export type Level = { from: number; to: number | null; label: string; tone: "critical" | "warning" };

/** A time without samples for a known reason; Unix seconds. */
export type GapRegion = { from: number; to: number; label: string };

let measuring: CanvasRenderingContext2D | null | undefined;

/** Width in CSS px of a text in the chart's font. */
export function textWidth(text: string): number {
  measuring ??= typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
  if (!measuring) return text.length * 7;
  measuring.font = CHART_FONT;
  return measuring.measureText(text).width;
}

function setFont(u: uPlot, tokens: TokenReader): CanvasRenderingContext2D {
  const { ctx } = u;
  ctx.font = CHART_FONT.replace(`${CHART_FONT_PX}px`, `${CHART_FONT_PX * devicePixelRatio}px`);
  ctx.fillStyle = tokens.color("--chart-axis");
  return ctx;
}

/** Hatches the times without samples. */
export function drawGaps(u: uPlot, gaps: readonly GapRegion[], tokens: TokenReader): void {
  const { ctx, bbox } = u;
  const spacing = 6 * devicePixelRatio;
  for (const gap of gaps) {
    const left = Math.max(bbox.left, u.valToPos(gap.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(gap.to, "x", true));
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.fillStyle = tokens.color("--chart-grid", 0.35);
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.strokeStyle = tokens.color("--chart-other", 0.4);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += spacing) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/** Names the reasons of times without samples, where there is room and nothing that is drawn there, of `taken`. */
export function drawGapLabels(
  u: uPlot,
  gaps: readonly GapRegion[],
  tokens: TokenReader,
  taken: readonly Box[],
): void {
  const { ctx, bbox } = u;
  const padding = 4 * devicePixelRatio;
  const lineHeight = 16 * devicePixelRatio;
  for (const gap of gaps) {
    const left = Math.max(bbox.left, u.valToPos(gap.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(gap.to, "x", true));
    if (right <= left) continue;
    ctx.save();
    setFont(u, tokens);
    const lines = wrapped(ctx, gap.label, right - left - 4 * padding);
    if (lines) {
      const x = (left + right) / 2;
      const width = Math.max(...lines.map((text) => ctx.measureText(text).width)) + 2 * padding;
      const label = { left: x - width / 2, width, height: lines.length * lineHeight + padding };
      const top = freeTop(label, { top: bbox.top, bottom: bbox.top + bbox.height }, taken);
      if (top !== null) {
        ctx.fillStyle = tokens.color("--surface-panel");
        ctx.fillRect(label.left, top, label.width, label.height);
        ctx.fillStyle = tokens.color("--chart-axis");
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        lines.forEach((text, index) => {
          ctx.fillText(text, x, top + padding / 2 + (index + 0.5) * lineHeight);
        });
      }
    }
    ctx.restore();
  }
}

/** The text in as few lines as fit the width, at most four; null when a word alone is too long. */
function wrapped(ctx: CanvasRenderingContext2D, text: string, width: number): string[] | null {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && ctx.measureText(joined).width <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines.length <= 4 && lines.every((line) => ctx.measureText(line).width <= width) ? lines : null;
}

/** Tints the levels and the regions beyond thresholds, 6 %. */
export function drawTints(
  u: uPlot,
  levels: readonly Level[],
  thresholds: readonly Threshold[],
  tokens: TokenReader,
): void {
  const { ctx, bbox } = u;
  const scale = u.scales.y!;
  // uPlot remembers what it set on the context: a fill that is left here would be that of its axis labels.
  ctx.save();
  const regions = [
    ...levels,
    ...thresholds.map((threshold) => ({
      tone: threshold.tone,
      from: threshold.beyond === "below" ? Number.NEGATIVE_INFINITY : threshold.value,
      to: threshold.beyond === "below" ? threshold.value : null,
    })),
  ];
  for (const region of regions) {
    const from = Math.max(region.from, scale.min!);
    const to = Math.min(region.to ?? Number.POSITIVE_INFINITY, scale.max!);
    if (to <= from) continue;
    const top = u.valToPos(to, "y", true);
    const bottom = u.valToPos(from, "y", true);
    ctx.fillStyle = tokens.color(`--${region.tone}`, 0.06);
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  }
  ctx.restore();
}

/** Fills the bucket that each value was interpolated in, from one point halfway to the next; up to the top without an end. */
export function drawBands(
  u: uPlot,
  lines: readonly {
    band: { lo: readonly (number | null)[]; hi: readonly (number | null)[] } | undefined;
    color: string;
  }[],
): void {
  const { ctx, bbox } = u;
  const [times] = u.data;
  const x = (index: number) => u.valToPos(times[index]!, "x", true);
  const last = times.length - 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { band, color } of lines) {
    if (band === undefined) continue;
    ctx.fillStyle = color;
    // Points of one bucket are one rectangle: edges between them would show.
    for (let from = 0; from <= last; ) {
      const [lo, hi] = [band.lo[from] ?? null, band.hi[from] ?? null];
      let to = from;
      while (to < last && (band.lo[to + 1] ?? null) === lo && (band.hi[to + 1] ?? null) === hi) to += 1;
      if (lo !== null) {
        const left = from === 0 ? x(0) : (x(from - 1) + x(from)) / 2;
        const right = to === last ? x(last) : (x(to) + x(to + 1)) / 2;
        const top = hi === null ? bbox.top : u.valToPos(hi, "y", true);
        ctx.fillRect(left, top, right - left, u.valToPos(lo, "y", true) - top);
      }
      from = to + 1;
    }
  }
  ctx.restore();
}

/**
 * Draws each threshold as a dashed line named at its right end; one beyond the axis is named at the edge, with an arrow.
 * Returns what they take of the drawing.
 */
export function drawThresholds(
  u: uPlot,
  thresholds: readonly { value: number; tone: "critical" | "warning"; words: string }[],
  tokens: TokenReader,
): Box[] {
  const { bbox } = u;
  const { min, max } = u.scales.y!;
  const ratio = devicePixelRatio;
  const right = bbox.left + bbox.width - 4 * ratio;
  const taken: Box[] = [];
  const names: Box[] = [];
  let beyond = 0;
  for (const threshold of thresholds) {
    const { ctx } = u;
    ctx.save();
    setFont(u, tokens);
    ctx.textAlign = "right";
    const width = ctx.measureText(threshold.words).width + 8 * ratio;
    const nameAt = (top: number): Box => ({
      left: right - width,
      top,
      width: width + 4 * ratio,
      height: 16 * ratio,
    });
    const take = (name: Box) => {
      names.push(name);
      taken.push(name);
    };
    if (threshold.value > max! || threshold.value < min!) {
      const above = threshold.value > max!;
      ctx.textBaseline = above ? "top" : "bottom";
      const y = above ? bbox.top + (2 + beyond * 16) * ratio : bbox.top + bbox.height - 2 * ratio;
      backed(ctx, `${above ? "↑" : "↓"} ${threshold.words}`, right, y, tokens);
      take(nameAt(above ? y : y - 14 * ratio));
      beyond += 1;
      ctx.restore();
      continue;
    }
    const y = Math.round(u.valToPos(threshold.value, "y", true)) + 0.5;
    ctx.strokeStyle = tokens.color(`--${threshold.tone}`);
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 2 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    const above = labelAbove(u, y, width);
    taken.push({ left: bbox.left, top: y - 2 * ratio, width: bbox.width, height: 4 * ratio });
    // Two lines that are close stand beside each other by their names.
    const name = nameAt(above ? y - 17 * ratio : y + ratio);
    const end = freeRight(name, names, bbox.left);
    take({ ...name, left: end - name.width });
    ctx.textBaseline = above ? "bottom" : "top";
    backed(ctx, threshold.words, end - 4 * ratio, y + (above ? -3 : 3) * ratio, tokens);
    ctx.restore();
  }
  return taken;
}

/** The side of a threshold on which its label, at the right end, covers fewer points of the lines. */
function labelAbove(u: uPlot, y: number, width: number): boolean {
  const { bbox } = u;
  const height = 20 * devicePixelRatio;
  if (y - bbox.top < height) return false;
  if (bbox.top + bbox.height - y < height) return true;
  const [times] = u.data;
  const first = Math.max(0, u.posToIdx(bbox.left + bbox.width - width, true) - 1);
  let above = 0;
  let below = 0;
  for (const [index, column] of u.data.entries()) {
    if (index === 0 || !u.series[index]?.show) continue;
    for (let at = first; at < times.length; at += 1) {
      const value = column[at];
      if (value == null) continue;
      const distance = u.valToPos(value, "y", true) - y;
      if (distance <= 0 && distance > -height) above += 1;
      else if (distance > 0 && distance < height) below += 1;
    }
  }
  return above <= below;
}

/** Text that ends at `x`, on the panel's colour, so that a line behind it does not strike it through. */
function backed(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  tokens: TokenReader,
): void {
  const height = (CHART_FONT_PX + 2) * devicePixelRatio;
  const padding = 3 * devicePixelRatio;
  const width = ctx.measureText(text).width;
  const top = ctx.textBaseline === "top" ? y - devicePixelRatio : y - height + devicePixelRatio;
  ctx.fillStyle = tokens.color("--surface-panel", 0.9);
  ctx.fillRect(x - width - padding, top, width + 2 * padding, height);
  ctx.fillStyle = tokens.color("--chart-axis");
  ctx.fillText(text, x, y);
}

/** Draws a vertical line at each time (Unix seconds). */
export function drawMarks(u: uPlot, times: readonly number[], tokens: TokenReader): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = tokens.color("--chart-axis");
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (const time of times) {
    const x = Math.round(u.valToPos(time, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.moveTo(x, bbox.top - 8 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}
