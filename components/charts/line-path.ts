import type uPlot from "uplot";

/** What decides where values lie on the canvas, but where the time axis begins. */
type Frame = {
  times: ArrayLike<number>;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Seconds from one end of the time axis to the other. */
  span: number;
  low: number;
  high: number;
  isLog: boolean;
};

type Path = { frame: Frame; start: number; stroke: Path2D; fill: Path2D | null };

/** The last path of each column: an axis that only moved takes it along. */
const known = new WeakMap<object, Path>();
/** The positions of times, which are the same for all lines of a plot. */
const knownPositions = new WeakMap<uPlot, { frame: Frame; start: number; positions: Float64Array }>();

const isSame = (a: Frame, b: Frame): boolean =>
  a.times === b.times &&
  a.left === b.left &&
  a.top === b.top &&
  a.width === b.width &&
  a.height === b.height &&
  // Of a moved axis the sum may differ in the last bit.
  Math.abs(a.span - b.span) < 1e-6 * a.span &&
  a.low === b.low &&
  a.high === b.high &&
  a.isLog === b.isLog;

function positionsOf(u: uPlot, frame: Frame, start: number): Float64Array {
  const before = knownPositions.get(u);
  if (before !== undefined && before.start === start && isSame(before.frame, frame)) return before.positions;
  const { times, left, width, span } = frame;
  const positions = new Float64Array(times.length);
  for (let index = 0; index < times.length; index += 1)
    positions[index] = Math.round(left + ((times[index]! - start) * width) / span);
  knownPositions.set(u, { frame, start, positions });
  return positions;
}

/**
 * Draws a line through the values of a series, with nothing across gaps. As uPlot's own, but without looking for more
 * points than pixels (the server sends none), with the positions of times shared between lines, with gaps left out rather
 * than clipped away, and moved along with an axis that is dragged.
 */
export const linePaths: uPlot.Series.PathBuilder = (u, seriesIndex) => {
  const values = u.data[seriesIndex]!;
  const { min: start = 0, max: end = 1 } = u.scales.x as { min?: number; max?: number };
  const { min = 0, max = 1, distr } = u.scales.y as { min?: number; max?: number; distr?: number };
  const isLog = distr === 3;
  const frame: Frame = {
    times: u.data[0],
    ...u.bbox,
    span: end - start,
    low: isLog ? Math.log10(min) : min,
    high: isLog ? Math.log10(max) : max,
    isLog,
  };
  const before = known.get(values);
  const hasFill = u.series[seriesIndex]?.fill !== undefined && u.series[seriesIndex].fill !== null;
  if (before !== undefined && (before.fill !== null) === hasFill && isSame(before.frame, frame)) {
    const by = Math.round(((before.start - start) * frame.width) / frame.span);
    return { stroke: moved(before.stroke, by), fill: before.fill && moved(before.fill, by), flags: 1 };
  }
  const path = { frame, start, ...drawn(values, positionsOf(u, frame, start), frame, hasFill) };
  known.set(values, path);
  return { stroke: path.stroke, fill: path.fill, flags: 1 };
};

function moved(path: Path2D, by: number): Path2D {
  if (by === 0) return path;
  const at = new Path2D();
  at.addPath(path, { e: by });
  return at;
}

function drawn(
  values: ArrayLike<number | null | undefined>,
  positions: Float64Array,
  { top, height, low, high, isLog }: Frame,
  hasFill: boolean,
): { stroke: Path2D; fill: Path2D | null } {
  const stroke = new Path2D();
  const fill = hasFill ? new Path2D() : null;
  const bottom = top + height;
  const perUnit = height / (high - low);
  // A value that a log axis cannot have lies below it.
  const least = 10 ** (low - 1);
  const base = isLog ? bottom : Math.round(bottom - (Math.max(0, low) - low) * perUnit);
  let isOpen = false;
  // The last point of the path, and the one after it, which is left out where the next lies straight behind it: on whole
  // pixels that is often so, and a point of a path costs more than all else.
  let lastX = 0;
  let lastY = 0;
  let heldX = 0;
  let heldY = 0;
  let isHeld = false;
  // One step past the end closes what is open. Written out rather than in functions of its own: those would keep the
  // numbers above on the heap, at twice the time.
  for (let index = 0; index <= positions.length; index += 1) {
    const value = index < positions.length ? values[index] : null;
    if (value == null) {
      if (isHeld) {
        stroke.lineTo(heldX, heldY);
        if (fill !== null) fill.lineTo(heldX, heldY);
        lastX = heldX;
        isHeld = false;
      }
      if (isOpen && fill !== null) fill.lineTo(lastX, base);
      isOpen = false;
      continue;
    }
    const x = positions[index]!;
    const y = Math.round(bottom - ((isLog ? Math.log10(value > 0 ? value : least) : value) - low) * perUnit);
    if (!isOpen) {
      isOpen = true;
      stroke.moveTo(x, y);
      if (fill !== null) {
        fill.moveTo(x, base);
        fill.lineTo(x, y);
      }
      lastX = x;
      lastY = y;
      continue;
    }
    if (
      isHeld &&
      !(lastY === heldY && heldY === y) &&
      !(lastX === heldX && heldX === x && (heldY - lastY) * (y - heldY) >= 0)
    ) {
      stroke.lineTo(heldX, heldY);
      if (fill !== null) fill.lineTo(heldX, heldY);
      lastX = heldX;
      lastY = heldY;
    }
    heldX = x;
    heldY = y;
    isHeld = true;
  }
  return { stroke, fill };
}
