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

/** What uPlot keeps of a drawn series beside its options (1.6.32). */
type Drawn = uPlot.Series & {
  _paths?: uPlot.Series.Paths | null;
  _stroke?: string | null;
  _fill?: string | null;
};

/**
 * Moves the time axis with the pointer until it is released, then asks for that range. `onMove` is told where the axis is
 * to be, null for where it was, and whether the plot is to leave its series out: they are a picture over it that is
 * moved, since fifty lines cannot be drawn in a frame everywhere. What lies outside of the data is empty until it is read.
 */
export function beginPan(
  u: uPlot,
  down: MouseEvent,
  onMove: (range: { from: number; to: number } | null, withoutSeries: boolean) => void,
  onPanned: (from: number, to: number) => void,
): void {
  const { min, max } = u.scales.x!;
  if (min == null || max == null) return;
  down.preventDefault();
  const { width } = u.over.getBoundingClientRect();
  u.over.style.cursor = "grabbing";
  let picture: HTMLCanvasElement | undefined;
  const draggedBy = (event: MouseEvent) => event.clientX - down.clientX;
  const rangeAt = (event: MouseEvent) => pannedRange({ from: min, to: max }, draggedBy(event), width);
  const move = (event: MouseEvent) => {
    picture ??= pictureOfSeries(u);
    picture.style.transform = `translateX(${draggedBy(event)}px)`;
    onMove(rangeAt(event), true);
  };
  const up = (event: MouseEvent) => {
    document.removeEventListener("mousemove", move);
    document.removeEventListener("mouseup", up);
    u.over.style.cursor = "";
    picture?.parentElement?.remove();
    const isMoved = Math.abs(draggedBy(event)) >= DRAG_PX;
    onMove(isMoved ? rangeAt(event) : null, false);
    const { from, to } = rangeAt(event);
    if (isMoved) onPanned(from, to);
  };
  document.addEventListener("mousemove", move);
  document.addEventListener("mouseup", up);
}

/** Puts what is drawn of the series over the plot, as a canvas in a frame that cuts it to the plot. */
function pictureOfSeries(u: uPlot): HTMLCanvasElement {
  const { left, top, width, height } = u.bbox;
  const frame = document.createElement("div");
  const { over } = u;
  Object.assign(frame.style, {
    position: "absolute",
    overflow: "hidden",
    pointerEvents: "none",
    left: over.style.left,
    top: over.style.top,
    width: over.style.width,
    height: over.style.height,
  });
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  Object.assign(canvas.style, { width: "100%", height: "100%", willChange: "transform" });
  const ctx = canvas.getContext("2d");
  if (ctx) {
    ctx.lineJoin = "round";
    for (const series of u.series.slice(1) as Drawn[]) {
      if (!series._paths || series.show === false) continue;
      const lineWidth = (series.width ?? 1) * devicePixelRatio;
      // As uPlot: an odd width is drawn between pixels, to be sharp.
      const offset = (lineWidth % 2) / 2;
      ctx.setTransform(1, 0, 0, 1, offset - left, offset - top);
      const { stroke, fill } = series._paths;
      if (fill && series._fill) {
        ctx.fillStyle = series._fill;
        ctx.fill(fill as Path2D);
      }
      if (stroke && series._stroke && lineWidth > 0) {
        ctx.strokeStyle = series._stroke;
        ctx.lineWidth = lineWidth;
        ctx.setLineDash((series.dash ?? []).map((length) => length * devicePixelRatio));
        ctx.stroke(stroke as Path2D);
      }
    }
  }
  frame.append(canvas);
  over.before(frame);
  return canvas;
}
