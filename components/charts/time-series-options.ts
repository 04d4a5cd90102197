import type uPlot from "uplot";
import { format, formatTime, type Scale, type Unit } from "@/lib/units";
import { partedBars } from "./bar-paths";
import { boundWords } from "./buckets";
import {
  CHART_FONT,
  drawBands,
  drawGapLabels,
  drawGaps,
  drawMarks,
  drawThresholds,
  drawTints,
  type GapRegion,
  type Level,
  type Threshold,
  textWidth,
} from "./canvas";
import type { ExemplarDot } from "./chart-display";
import type { TokenReader } from "./chart-tokens";
import { gather, spreadLabels } from "./labels";
import { linePaths } from "./line-path";
import { beginPan } from "./pan";
import { type ChartSeries, colorToken, type Grid, isDashed } from "./series";
import { localOffset, mostTimeTicks, tickWords, timeTicks } from "./ticks";
import type { TimePick } from "./time-pick";
import { type DrawnSeries, lonePointsOf, namedLevels, type SeriesKind, yEnds } from "./time-series-model";

/** Something that happened: a rollout, a config change, an alert. Unix seconds. */
export type Mark = { time: number; label: string };

/** What a plot is drawn from; read at every draw, so that new data never make a new plot. */
export type PlotModel = {
  grid: Grid;
  unit: Unit;
  scale: Scale;
  height: number;
  kind: SeriesKind;
  /** All lines in the order in which they are drawn, as the columns of the data. */
  drawn: readonly DrawnSeries[];
  /** The names at the right ends: how wide they are, px; 0 without. */
  labelWidth: (chartWidth: number) => number;
  ticks: readonly number[];
  max?: number;
  log: boolean;
  syncKey?: string;
  thresholds: readonly Threshold[];
  levels: readonly Level[];
  marks: readonly Mark[];
  gaps: readonly GapRegion[];
  exemplars: readonly ExemplarDot[];
  /** Whether the bucket of each value is drawn around its line. */
  hasBands: boolean;
  /** Whether something over the drawing has to know the values at its ends. */
  hasHandle: boolean;
  /** Shows [from, to], Unix seconds; undefined where the range cannot be changed. */
  onZoom?: (from: number, to: number) => void;
  /** What a click or a drag with Ctrl or Cmd held means; null where it means nothing of its own. */
  onPick: TimePick | null;
  back?: () => void;
};

/** Where uPlot put things, in CSS px relative to the chart, for what is drawn over it as elements. */
export type Layout = {
  /** Of the whole chart, with its axes and names. */
  chartWidth: number;
  left: number;
  top: number;
  width: number;
  height: number;
  labels: { id: string; y: number }[];
  marks: { x: number; labels: string[] }[];
  /** In the order of the exemplars; null outside of the axes' time. */
  dots: ({ x: number; y: number } | null)[];
  /** The values at the bottom and the top of a linear axis, where something over it is moved by them. */
  ends: { low: number; high: number } | null;
};

export type Hover = { index: number; left: number; top: number } | null;

/** A pointer this near to a line, in px, lights it. */
const FOCUS_PX = 16;
/** The least size of what can be pressed (WCAG 2.2 SC 2.5.8), so also the least distance of two labels. */
export const LABEL_TARGET_PX = 24;
const LINE_PX = 1.5;
const LIT_LINE_PX = 2;
const OTHER_LINE_PX = 1;

/** Returns uPlot's options for a model: everything but the lines themselves is read from it at each draw. */
export function plotOptions({
  model,
  tokens,
  width,
  onLayout,
  onHover,
}: {
  model: { readonly current: PlotModel };
  tokens: TokenReader;
  width: number;
  onLayout: (layout: Layout) => void;
  onHover: (hover: Hover) => void;
}): uPlot.Options {
  const { kind, log, height, drawn, syncKey = "page", grid } = model.current;
  const stacked = kind === "stacked-bars";
  const colorOf = (seriesIndex: number, opacity?: number) =>
    tokens.color(colorToken(model.current.drawn[seriesIndex - 1]?.series.color ?? "other"), opacity);
  const axisColor = () => tokens.color("--chart-axis");
  const steps = (grid.end - grid.start) / grid.step + 1;
  const barPaths = stacked ? partedBars(steps, () => model.current.grid) : linePaths;
  const single = drawn.length === 1 && !stacked;
  const ticksOf = (u: uPlot) => {
    const { start, end, step } = model.current.grid;
    const { min, max } = u.scales.x!;
    const [from, to] = [min ?? start, max ?? end];
    return timeTicks(from, to, mostTimeTicks(u.width), localOffset, to - from - (stacked ? step : 0));
  };
  let inside = false;
  /** Whether the button was pressed with Ctrl or Cmd held. */
  let isPicking = false;
  /** Where the time axis was dragged to; until what was asked for then is there. */
  let moved: { grid: Grid; from: number; to: number } | null = null;
  /** The series are a picture over the plot while it is dragged. */
  let isDragged = false;
  const unlessDragged =
    (paths: uPlot.Series.PathBuilder): uPlot.Series.PathBuilder =>
    (...given) =>
      isDragged ? null : paths(...given);
  const move = (u: uPlot, range: { from: number; to: number } | null, withoutSeries: boolean) => {
    isDragged = withoutSeries;
    moved = range && { ...range, grid: model.current.grid };
    const { start, end } = model.current.grid;
    // What is asked for here goes through the range above.
    u.setScale("x", { min: moved?.from ?? start, max: moved?.to ?? end });
  };

  return {
    width,
    height,
    legend: { show: false },
    focus: { alpha: 0.25 },
    padding: [
      () => (model.current.marks.length > 0 ? 20 : 8),
      (u) => {
        const labels = model.current.labelWidth(u.width);
        return labels > 0 ? labels + 8 : 20;
      },
      0,
      0,
    ],
    scales: {
      x: {
        time: true,
        range: () => {
          const { start, end, step } = model.current.grid;
          if (moved?.grid === model.current.grid) return [moved.from, moved.to];
          return stacked ? [start - step / 2, end + step / 2] : [start, end];
        },
      },
      y: {
        distr: log ? 3 : 1,
        range: () => yEnds(model.current.ticks, log ? undefined : model.current.max),
      },
    },
    axes: [
      {
        stroke: axisColor,
        font: CHART_FONT,
        size: 24,
        gap: 6,
        grid: { show: false },
        ticks: { show: false },
        splits: (u) => ticksOf(u).ticks,
        values: (u, splits) => {
          const { step } = ticksOf(u);
          return splits.map((time) => tickWords(time, step, localOffset));
        },
      },
      {
        stroke: axisColor,
        font: CHART_FONT,
        gap: 8,
        size: (_u, values) =>
          Math.max(32, ...(values ?? []).map((text) => Math.ceil(textWidth(text ?? "")) + 12)),
        grid: { stroke: () => tokens.color("--chart-grid"), width: 1 },
        ticks: { show: false },
        splits: () => [...model.current.ticks],
        values: (_u, splits) =>
          splits.map((value) =>
            log && model.current.unit === "seconds"
              ? boundWords(value, "seconds")
              : model.current.scale.format(value),
          ),
      },
    ],
    series: [
      {},
      ...drawn.map(({ series, isBar }, index): uPlot.Series => {
        const seriesIndex = index + 1;
        if (isBar)
          return {
            label: series.label,
            width: 0,
            fill: () => colorOf(seriesIndex),
            paths: unlessDragged(barPaths),
            points: { show: false },
          };
        const isOther = series.color === "other";
        return {
          label: series.label,
          width: isOther ? OTHER_LINE_PX : LINE_PX,
          dash: isDashed(series) ? [4, 4] : undefined,
          // Over bars of any colour only that of text is seen.
          stroke: () => (stacked ? tokens.color("--text") : colorOf(seriesIndex, isOther ? 0.35 : 1)),
          paths: unlessDragged(linePaths),
          fill: single ? () => colorOf(seriesIndex, 0.08) : undefined,
          points: {
            show: false,
            size: 5,
            width: 0,
            fill: () => colorOf(seriesIndex),
            // Null where there is none, or a path is made of nothing.
            filter: (u, sidx) => (isDragged ? null : lonePointsOf(u.data[sidx]!)),
          },
        };
      }),
    ],
    cursor: {
      y: false,
      sync: {
        key: syncKey,
        scales: ["x", null],
        setSeries: false,
        filters: { pub: (type) => type === "mousemove" },
      },
      focus: { prox: drawn.length > 1 && !stacked ? FOCUS_PX : -1 },
      points: {
        show: !stacked && drawn.length <= 8,
        size: 6,
        width: 0,
        fill: (_u, seriesIndex) => colorOf(seriesIndex),
        stroke: "transparent",
      },
      drag: { x: model.current.onZoom !== undefined, y: false, setScale: false, dist: 4 },
      bind: {
        mousedown: (u, _target, zoom) => (event) => {
          const { onZoom } = model.current;
          isPicking = (event.ctrlKey || event.metaKey) && model.current.onPick !== null;
          if (event.shiftKey && event.button === 0 && onZoom)
            beginPan(u, event, (to, withoutSeries) => move(u, to, withoutSeries), onZoom);
          else zoom(event);
          return null;
        },
        dblclick: () => () => {
          model.current.back?.();
          return null;
        },
      },
    },
    hooks: {
      ready: [
        (u) => {
          u.over.addEventListener("mouseenter", () => {
            inside = true;
          });
          u.over.addEventListener("mouseleave", () => {
            inside = false;
            onHover(null);
          });
          u.over.addEventListener("click", () => {
            if (isPicking) model.current.onPick?.({ start: u.posToVal(u.cursor.left ?? 0, "x") });
            isPicking = false;
          });
        },
      ],
      setCursor: [
        (u) => {
          if (!inside) return;
          const { idx, left = -1, top = 0 } = u.cursor;
          onHover(idx == null || left < 0 ? null : { index: idx, left, top });
        },
      ],
      setSeries: [
        (u, focused) => {
          u.series.forEach((each, index) => {
            if (index === 0 || model.current.drawn[index - 1]?.isBar) return;
            each.width =
              index === focused ? LIT_LINE_PX : each.width === OTHER_LINE_PX ? OTHER_LINE_PX : LINE_PX;
          });
        },
      ],
      setSelect: [
        (u) => {
          const { left, width: selected } = u.select;
          if (selected > 4) {
            const start = u.posToVal(left, "x");
            const end = u.posToVal(left + selected, "x");
            if (isPicking) model.current.onPick?.({ start, end });
            else model.current.onZoom?.(start, end);
            isPicking = false;
          }
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawClear: [
        (u) => {
          drawTints(u, model.current.levels, model.current.thresholds, tokens);
          if (model.current.hasBands)
            drawBands(
              u,
              model.current.drawn.map(({ series }) => ({
                band: series.band,
                color: tokens.color(colorToken(series.color), 0.14),
              })),
            );
          drawGaps(u, model.current.gaps, tokens);
        },
      ],
      drawAxes: [
        (u) =>
          drawMarks(
            u,
            model.current.marks.map((mark) => mark.time),
            tokens,
          ),
      ],
      draw: [
        (u) => {
          const { thresholds, levels, unit, ticks } = model.current;
          const taken = drawThresholds(
            u,
            [
              ...thresholds.map((each) => ({ ...each, words: `${each.label} ${format(each.value, unit)}` })),
              ...namedLevels(levels, ticks.at(-1) ?? 0).map((each) => ({
                tone: each.tone,
                value: each.from,
                words: `${each.label} from ${format(each.from, unit)}`,
              })),
            ],
            tokens,
          );
          drawGapLabels(u, model.current.gaps, tokens, taken);
          onLayout(layoutOf(u, model.current));
        },
      ],
    },
  };
}

function layoutOf(u: uPlot, model: PlotModel): Layout {
  const ratio = devicePixelRatio;
  const left = u.bbox.left / ratio;
  const top = u.bbox.top / ratio;
  const width = u.bbox.width / ratio;
  const height = u.bbox.height / ratio;
  const { min, max } = u.scales.x!;
  const isShown = ({ time }: { time: number }) => time >= min! && time <= max!;
  return {
    chartWidth: u.width,
    left,
    top,
    width,
    height,
    labels: model.labelWidth(u.width) > 0 ? labelsOf(u, model.drawn, top, height) : [],
    marks: gather(model.marks.filter(isShown), (mark) => u.valToPos(mark.time, "x"), 8).map((group) => ({
      x: Math.round(left + u.valToPos(group[0]!.time, "x")),
      labels: group.map(
        (mark) => `${formatTime(mark.time, { now: new Date(model.grid.end * 1000) })} ${mark.label}`,
      ),
    })),
    dots: model.exemplars.map((exemplar) =>
      isShown(exemplar)
        ? {
            x: Math.round(left + u.valToPos(exemplar.time, "x")),
            // One beyond the axis stands at its end: the card says its value.
            y: Math.round(top + Math.min(height, Math.max(0, u.valToPos(exemplar.value, "y")))),
          }
        : null,
    ),
    ends: model.hasHandle && !model.log ? { low: u.scales.y!.min!, high: u.scales.y!.max! } : null,
  };
}

/** Where the names of lines go: beside their last values, apart from one another. */
function labelsOf(u: uPlot, drawn: readonly DrawnSeries[], top: number, height: number): Layout["labels"] {
  const ends = drawn.flatMap(({ series }, index) => {
    const column = u.data[index + 1]!;
    const last = lastIndex(column);
    return last < 0 ? [] : [{ id: series.id, y: top + u.valToPos(column[last]!, "y") }];
  });
  const spread = spreadLabels(
    ends.map((each) => each.y),
    LABEL_TARGET_PX,
    top + 4,
    top + height - 4,
  );
  return ends.map((each, index) => ({ id: each.id, y: Math.round(spread[index]!) }));
}

function lastIndex(column: ArrayLike<number | null | undefined>): number {
  let index = column.length - 1;
  while (index >= 0 && column[index] == null) index -= 1;
  return index;
}

/** Lights one line, or none. */
export function focusSeries(plot: uPlot, drawn: readonly DrawnSeries[], id: string | null): void {
  const index = drawn.findIndex(({ series }) => series.id === id);
  plot.setSeries(index < 0 ? null : index + 1, { focus: true });
}

/** Swatch and name of the series whose name is the longest, px. */
export const widestLabel = (series: readonly ChartSeries[]): number =>
  Math.ceil(Math.max(0, ...series.map((each) => textWidth(each.label))) + 20);

/** Names at the right end take at most about a quarter of the chart. */
export const mostLabelWidth = (chartWidth: number): number => Math.max(64, chartWidth * 0.26);
