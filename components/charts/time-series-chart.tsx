"use client";

import "uplot/dist/uPlot.min.css";
import "./charts.css";
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { cn } from "@/components/ui/class-names";
import { useTableToggle } from "@/components/ui/panel-view";
import { Tooltip } from "@/components/ui/tooltip";
import { useOptionalTimeRange } from "@/components/ui/use-time-range";
import { format, formatTime, type Scale, type Unit } from "@/lib/units";
import {
  CHART_FONT,
  drawGaps,
  drawMarks,
  drawThresholds,
  drawTints,
  type GapRegion,
  type Level,
  type Threshold,
  textWidth,
} from "./canvas";
import { ChartDataTable } from "./chart-data-table";
import { observeSize, TokenReader, useThemeVersion } from "./chart-tokens";
import { toCsv } from "./csv";
import { gather, placeFlags, spreadLabels } from "./labels";
import { LegendRow, LegendTable, Swatch } from "./legend-table";
import {
  bandWords,
  type ChartSeries,
  COLOURED_SERIES,
  colorToken,
  type Grid,
  gridTimes,
  scaleOf,
  summaryOf,
  valueWords,
  withOthers,
} from "./series";
import { localOffset, tickWords, timeTicks } from "./ticks";
import {
  isCounted,
  lonePoints,
  namedLevels,
  plotColumns,
  type SeriesKind,
  yEnds,
  yTicksWithLevels,
} from "./time-series-model";

/** Something that happened: a rollout, a config change, an alert. Unix seconds. */
export type Mark = { time: number; label: string };

export type TimeSeriesChartProps = {
  /** What is drawn, for the accessible name and the table: the title of the panel. */
  title: string;
  grid: Grid;
  series: readonly ChartSeries[];
  unit: Unit;
  /** From `scaleOf(series, unit)`, when the panel's title needs its label; else computed here. */
  scale?: Scale;
  /** Height of the drawing in px: 192 in a grid, 288 alone. A legend comes below it. */
  height?: number;
  kind?: SeriesKind;
  thresholds?: readonly Threshold[];
  /** Ranges of the y axis with a meaning, tinted and named where they are on screen. */
  levels?: readonly Level[];
  marks?: readonly Mark[];
  /** Times in which the scrape itself failed or the source was stopped, hatched. */
  gaps?: readonly GapRegion[];
  /** Where the y axis ends, in the unit's base (the total of a GPU's memory). */
  max?: number;
  /** A log axis, as an explicit choice for latency. */
  log?: boolean;
  /** Charts with one key share their crosshair; all of a page unless told otherwise. */
  syncKey?: string;
  /** The only series shown, and how to change it; kept here when absent. `useIsolatedSeries` keeps it in the URL. */
  isolated?: string | null;
  onIsolate?: (id: string | null) => void;
  /** Instead of zooming the time range of the page. */
  onZoom?: (from: number, to: number) => void;
  className?: string;
};

/** Series up to this many are named at their right end, where their names fit; more get a table under the chart. */
const LABELLED_SERIES = 4;
/** Height of the names under the chart, taken from the drawing: 24 and 4 px of space. */
const LEGEND_ROW_PX = 28;
const TOOLTIP_ROWS = 10;
/** A pointer this near to a line, in px, lights it. */
const FOCUS_PX = 16;
/** The least size of what can be pressed (WCAG 2.2 SC 2.5.8), so also the least distance of two labels. */
const LABEL_TARGET_PX = 24;

/** One or many measurements over time, drawn by uPlot. `t` shows the data as a table, arrow keys move the crosshair. */
export function TimeSeriesChart(props: TimeSeriesChartProps) {
  const { title, grid, unit, height = 192, kind = "line" } = props;
  const series = useMemo(
    () => (kind === "line" ? withOthers(props.series) : [...props.series]),
    [props.series, kind],
  );
  const scale = useMemo(() => props.scale ?? scaleOf(props.series, unit), [props.scale, props.series, unit]);
  const [ownIsolated, setOwnIsolated] = useState<string | null>(null);
  const asked = props.onIsolate ? (props.isolated ?? null) : ownIsolated;
  // A series that is no longer there must not leave an empty chart behind.
  const isolated = asked !== null && series.some((each) => each.id === asked) ? asked : null;
  const onIsolate = props.onIsolate ?? setOwnIsolated;
  const [hovered, setHovered] = useState<string | null>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  const csv = () =>
    toCsv(
      ["time", ...props.series.map((each) => each.label)],
      gridTimes(grid).map((time, index) => [
        new Date(time * 1000).toISOString(),
        ...props.series.map((each) => each.values[index] ?? null),
      ]),
    );
  const { table, toggle, leads, focus } = useTableToggle(csv);

  if (table) {
    const now = new Date(grid.end * 1000);
    return (
      <ChartDataTable
        label={title}
        csv={csv}
        height={height}
        onClose={toggle}
        closable={leads}
        focus={focus}
        header={["Time", ...props.series.map((each) => each.label)]}
        rows={gridTimes(grid).map((time, index) => ({
          key: time,
          cells: [formatTime(time, { now }), ...props.series.map((each) => valueWords(each, index, unit))],
        }))}
      />
    );
  }
  const coloured = series.filter((each) => each.color !== "other");
  const legend = legendOf(series, kind, width);
  return (
    <div className={cn("flex min-w-0 flex-col", props.className)}>
      <Plot
        {...props}
        series={series}
        scale={scale}
        height={legend === "row" ? height - LEGEND_ROW_PX : height}
        kind={kind}
        labelled={legend === "ends"}
        onWidth={setWidth}
        isolated={isolated}
        onIsolate={onIsolate}
        hovered={hovered}
        onToggleTable={toggle}
        root={focus}
      />
      {legend === "row" ? (
        <LegendRow
          label={title}
          series={series}
          isolated={isolated}
          onIsolate={onIsolate}
          onHover={setHovered}
        />
      ) : null}
      {legend === "table" ? (
        <LegendTable
          label={title}
          series={coloured.length > 0 ? coloured : series}
          others={coloured.length > 0 ? series.length - coloured.length : 0}
          scale={scale}
          isolated={isolated}
          onIsolate={onIsolate}
          onHover={setHovered}
        />
      ) : null}
    </div>
  );
}

/**
 * Where series are named: at their right ends, in a row under the chart where a name would be cut there or where the end
 * of a bar says little, or in a table of their numbers.
 */
function legendOf(
  series: readonly ChartSeries[],
  kind: SeriesKind,
  width: number,
): "none" | "ends" | "row" | "table" {
  if (kind === "stacked-bars") return series.length <= COLOURED_SERIES ? "row" : "table";
  if (series.length <= 1) return "none";
  if (series.length > LABELLED_SERIES) return "table";
  return widestLabel(series) <= mostLabelWidth(width) ? "ends" : "row";
}

type PlotProps = TimeSeriesChartProps & {
  scale: Scale;
  height: number;
  kind: SeriesKind;
  labelled: boolean;
  isolated: string | null;
  onIsolate: (id: string | null) => void;
  hovered: string | null;
  onToggleTable: () => void;
  onWidth: (width: number) => void;
  root: RefObject<HTMLElement | null>;
};

/** Where uPlot put things, in CSS px relative to the chart, for what is drawn over it as elements. */
type Layout = {
  left: number;
  top: number;
  width: number;
  height: number;
  labels: { id: string; y: number }[];
  marks: { x: number; labels: string[] }[];
};

type Hover = { index: number; left: number; top: number } | null;

function Plot(props: PlotProps) {
  const { title, grid, series, unit, scale, height, kind, isolated, onIsolate, hovered } = props;
  const { thresholds = NONE, levels = NONE, marks = NONE, gaps = NONE } = props;
  const range = useOptionalTimeRange();
  const onZoom = props.onZoom ?? range?.zoom;
  const id = useId();
  const { root } = props;
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const showHover = useRef<(hover: Hover) => void>(() => {});
  const [layout, setLayout] = useState<Layout | null>(null);
  const [announced, setAnnounced] = useState("");
  const theme = useThemeVersion();

  const visible = useMemo(
    () => (isolated === null ? series : series.filter((each) => each.id === isolated)),
    [series, isolated],
  );
  const columns = useMemo(() => plotColumns(visible, grid, kind), [visible, grid, kind]);
  const ticks = useMemo(
    () =>
      yTicksWithLevels(levels, {
        columns: columns.slice(1),
        thresholds,
        factor: scale.factor,
        max: props.max,
        isRatio: unit === "ratio",
        isWhole: isCounted(unit),
        log: props.log ?? false,
      }),
    [columns, levels, thresholds, scale, props.max, unit, props.log],
  );
  const summary = useMemo(() => summaryOf(series, grid, unit), [series, grid, unit]);

  // What uPlot's callbacks read: always of the latest render, so that new data never re-create the plot.
  const model = useRef({
    ...props,
    visible,
    ticks,
    thresholds,
    levels,
    marks,
    gaps,
    onZoom,
    back: range?.back,
  });
  model.current = { ...props, visible, ticks, thresholds, levels, marks, gaps, onZoom, back: range?.back };
  const tokens = useRef<TokenReader>(null);
  tokens.current ??= new TokenReader(() => root.current);

  // The plot is made anew only when its lines are others; values, range, size and theme change it in place.
  const signature = `${kind} ${props.log ?? false} ${props.syncKey} ${visible.map((each) => each.id).join("\n")}`;
  const latestColumns = useRef(columns);
  latestColumns.current = columns;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for everything that needs a new plot
  useEffect(() => {
    let size = { width: 0, height: 0 };
    const make = () => {
      if (!target.current || size.width === 0) return;
      plot.current = new uPlot(
        options({
          model,
          tokens: tokens.current!,
          width: size.width,
          onLayout: (next) =>
            setLayout((current) => (JSON.stringify(current) === JSON.stringify(next) ? current : next)),
          onHover: (hover) => showHover.current(hover),
        }),
        columnsToDraw(latestColumns.current, kind),
        target.current,
      );
    };
    const stop = observeSize(root, (width) => {
      size = { width, height };
      model.current.onWidth(width);
      if (plot.current) plot.current.setSize({ width, height: model.current.height });
      else make();
    });
    // Text is measured and drawn once more when the face has arrived.
    let alive = true;
    void document.fonts?.ready.then(() => {
      if (alive) plot.current?.redraw(false, true);
    });
    return () => {
      alive = false;
      stop();
      plot.current?.destroy();
      plot.current = null;
      showHover.current(null);
    };
  }, [signature]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these changes what is drawn
  useEffect(() => {
    plot.current?.setData(columnsToDraw(columns, kind), true);
  }, [columns, ticks, thresholds, levels, marks, gaps, scale]);

  useEffect(() => {
    if (plot.current && plot.current.height !== height) {
      plot.current.setSize({ width: plot.current.width, height });
    }
  }, [height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    tokens.current?.reset();
    plot.current?.redraw(false, false);
  }, [theme]);

  useEffect(() => {
    if (!plot.current || kind !== "line") return;
    const index = visible.findIndex((each) => each.id === hovered);
    plot.current.setSeries(index < 0 ? null : index + 1, { focus: true });
  }, [hovered, visible, kind]);

  function moveCrosshair(index: number) {
    const u = plot.current;
    if (!u) return;
    const last = u.data[0].length - 1;
    const at = Math.min(last, Math.max(0, index));
    const left = u.valToPos(u.data[0][at]!, "x");
    // The third argument sends the crosshair to the other charts; uPlot's types do not know it.
    (u.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void)(
      { left, top: 4 },
      true,
      true,
    );
    showHover.current({ index: at, left, top: 4 });
    const now = new Date(grid.end * 1000);
    const rows = visible
      .map((each) => ({
        words: `${each.label} ${valueWords(each, at, unit)}`,
        value: each.values[at] ?? -Infinity,
      }))
      .sort((a, b) => b.value - a.value)
      .slice(0, LABELLED_SERIES);
    setAnnounced(`${formatTime(u.data[0][at]!, { now })}: ${rows.map((row) => row.words).join(", ")}`);
  }

  function onKeyDown(event: KeyboardEvent) {
    const u = plot.current;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "t") {
      event.preventDefault();
      props.onToggleTable();
      return;
    }
    if (!u || event.target !== event.currentTarget) return;
    const last = u.data[0].length - 1;
    const current = u.cursor.idx ?? null;
    const stride = event.shiftKey ? 10 : 1;
    const moves: Record<string, number> = {
      ArrowLeft: current === null ? last : current - stride,
      ArrowRight: current === null ? 0 : current + stride,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      moveCrosshair(next);
    } else if (event.key === "Enter" && current !== null && onZoom) {
      event.preventDefault();
      const quarter = (grid.end - grid.start) / 4;
      const time = u.data[0][current]!;
      onZoom(Math.max(grid.start, time - quarter), Math.min(grid.end, time + quarter));
    } else if (event.key === "Escape" && current !== null) {
      event.preventDefault();
      hideCrosshair();
    }
  }

  function hideCrosshair() {
    plot.current?.setCursor({ left: -10, top: -10 });
    showHover.current(null);
    setAnnounced("");
  }

  return (
    <figure
      ref={root}
      aria-roledescription="chart"
      aria-label={`${title}. ${summary}`}
      aria-describedby={`${id}-live`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the crosshair is moved by keys
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (event.target === event.currentTarget) hideCrosshair();
      }}
      className="relative min-w-0 rounded-control"
      style={{ height }}
    >
      <div ref={target} className="absolute inset-0" />
      <span id={`${id}-live`} className="sr-only" aria-live="polite">
        {announced}
      </span>
      {layout && props.labelled
        ? layout.labels.map(({ id: seriesId, y }) => {
            const each = series.find((candidate) => candidate.id === seriesId);
            if (!each) return null;
            return (
              <button
                key={seriesId}
                type="button"
                aria-pressed={isolated === seriesId}
                title={isolated === seriesId ? "Show all series" : `Show only ${each.label}`}
                onClick={() => onIsolate(isolated === seriesId ? null : seriesId)}
                onMouseEnter={() => plot.current && focusSeries(plot.current, visible, seriesId)}
                onMouseLeave={() => plot.current && focusSeries(plot.current, visible, null)}
                className="absolute flex h-6 min-w-6 items-center gap-1 rounded-control text-caption text-secondary hover:text-primary"
                style={{
                  left: layout.left + layout.width + 6,
                  top: y - LABEL_TARGET_PX / 2,
                  maxWidth: labelWidth(props.series, layout.left + layout.width),
                }}
              >
                <Swatch series={each} className="w-2" />
                <span className="truncate">{each.label}</span>
              </button>
            );
          })
        : null}
      {layout ? <MarkFlags layout={layout} /> : null}
      <HoverCard
        show={showHover}
        layout={layout}
        series={visible}
        grid={grid}
        unit={unit}
        marks={marks}
        gaps={gaps}
      />
      {isolated !== null && !props.labelled ? (
        <button
          type="button"
          onClick={() => onIsolate(null)}
          className="absolute top-0 right-0 rounded-control bg-surface-panel px-1 text-caption text-link hover:underline"
        >
          Show all series
        </button>
      ) : null}
    </figure>
  );
}

const NONE: readonly never[] = [];

function focusSeries(plot: uPlot, visible: readonly ChartSeries[], id: string | null): void {
  const index = visible.findIndex((each) => each.id === id);
  plot.setSeries(index < 0 ? null : index + 1, { focus: true });
}

/** Bars are drawn from the tallest sum to the lowest, each over the one before. */
function columnsToDraw(columns: [number[], ...(number | null)[][]], kind: SeriesKind): uPlot.AlignedData {
  if (kind === "line") return columns;
  const [times, ...sums] = columns;
  return [times, ...sums.reverse()] as uPlot.AlignedData;
}

/** Swatch and name of the series whose name is the longest, px. */
const widestLabel = (series: readonly ChartSeries[]): number =>
  Math.ceil(Math.max(0, ...series.map((each) => textWidth(each.label))) + 20);

/** Names at the right end take at most about a quarter of the chart. */
const mostLabelWidth = (chartWidth: number): number => Math.max(64, chartWidth * 0.26);

const labelWidth = (series: readonly ChartSeries[], chartWidth: number): number =>
  Math.min(widestLabel(series), mostLabelWidth(chartWidth));

type Model = PlotProps & {
  visible: readonly ChartSeries[];
  ticks: readonly number[];
  thresholds: readonly Threshold[];
  levels: readonly Level[];
  marks: readonly Mark[];
  gaps: readonly GapRegion[];
  back?: () => void;
};

function options({
  model,
  tokens,
  width,
  onLayout,
  onHover,
}: {
  model: { readonly current: Model };
  tokens: TokenReader;
  width: number;
  onLayout: (layout: Layout) => void;
  onHover: (hover: Hover) => void;
}): uPlot.Options {
  const { kind, log = false, height, visible, syncKey = "page" } = model.current;
  const stacked = kind === "stacked-bars";
  const drawn = stacked ? [...visible].reverse() : visible;
  const colorOf = (seriesIndex: number, opacity?: number) => {
    const now = stacked ? [...model.current.visible].reverse() : model.current.visible;
    return tokens.color(colorToken(now[seriesIndex - 1]?.color ?? "other"), opacity);
  };
  const axisColor = () => tokens.color("--chart-axis");
  // Past about sixty bars the space between them is a flicker and no help.
  const visibleSteps = gridTimes(model.current.grid).length;
  const bars = stacked ? uPlot.paths.bars!({ size: [visibleSteps > 60 ? 1 : 0.8, 28, 1] }) : undefined;
  const single = visible.length === 1 && !stacked;
  let inside = false;

  return {
    width,
    height,
    legend: { show: false },
    focus: { alpha: 0.25 },
    padding: [
      () => (model.current.marks.length > 0 ? 20 : 8),
      (u) => (model.current.labelled ? labelWidth(model.current.series, u.width) + 8 : 20),
      0,
      0,
    ],
    scales: {
      x: {
        time: true,
        range: () => {
          const { start, end, step } = model.current.grid;
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
        splits: (u) => {
          const { start, end } = model.current.grid;
          return timeTicks(start, end, Math.floor((u.bbox.width / devicePixelRatio || u.width) / 72)).ticks;
        },
        values: (u, splits) => {
          const { start, end } = model.current.grid;
          const { step } = timeTicks(
            start,
            end,
            Math.floor((u.bbox.width / devicePixelRatio || u.width) / 72),
          );
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
        values: (_u, splits) => splits.map((value) => model.current.scale.format(value)),
      },
    ],
    series: [
      {},
      ...drawn.map((each, index): uPlot.Series => {
        const seriesIndex = index + 1;
        return {
          label: each.label,
          width: stacked ? 0 : each.color === "other" ? 1 : 1.5,
          dash: each.color === "reference" ? [4, 4] : undefined,
          stroke: stacked ? undefined : () => colorOf(seriesIndex, each.color === "other" ? 0.35 : 1),
          fill: stacked ? () => colorOf(seriesIndex) : single ? () => colorOf(seriesIndex, 0.08) : undefined,
          paths: bars,
          points: stacked
            ? { show: false }
            : {
                show: true,
                size: 5,
                width: 0,
                fill: () => colorOf(seriesIndex),
                filter: (u, sidx) => lonePoints(u.data[sidx]!),
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
      focus: { prox: visible.length > 1 && !stacked ? FOCUS_PX : -1 },
      points: {
        show: !stacked && visible.length <= 8,
        size: 6,
        width: 0,
        fill: (_u, seriesIndex) => colorOf(seriesIndex),
        stroke: "transparent",
      },
      drag: { x: model.current.onZoom !== undefined, y: false, setScale: false, dist: 4 },
      bind: {
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
            if (index > 0 && !stacked) each.width = index === focused ? 2 : each.width === 1 ? 1 : 1.5;
          });
        },
      ],
      setSelect: [
        (u) => {
          const { left, width: selected } = u.select;
          if (selected > 4) {
            model.current.onZoom?.(u.posToVal(left, "x"), u.posToVal(left + selected, "x"));
          }
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      drawClear: [
        (u) => {
          drawTints(u, model.current.levels, model.current.thresholds, tokens);
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
          drawThresholds(
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
          onLayout(layoutOf(u, model.current, stacked));
        },
      ],
    },
  };
}

function layoutOf(u: uPlot, model: Model, stacked: boolean): Layout {
  const ratio = devicePixelRatio;
  const left = u.bbox.left / ratio;
  const top = u.bbox.top / ratio;
  const width = u.bbox.width / ratio;
  const plotHeight = u.bbox.height / ratio;
  const ends = model.visible.flatMap((each, index) => {
    const column = u.data[stacked ? model.visible.length - index : index + 1]!;
    const last = lastIndex(column);
    if (last < 0) return [];
    const value = column[last]!;
    const below = stacked && index > 0 ? (u.data[model.visible.length - index + 1]?.[last] ?? 0) : value;
    return [{ id: each.id, y: top + u.valToPos(stacked && index > 0 ? (value + below) / 2 : value, "y") }];
  });
  const spread = spreadLabels(
    ends.map((each) => each.y),
    LABEL_TARGET_PX,
    top + 4,
    top + plotHeight - 4,
  );
  const inRange = model.marks.filter((mark) => mark.time >= model.grid.start && mark.time <= model.grid.end);
  return {
    left,
    top,
    width,
    height: plotHeight,
    labels: ends.map((each, index) => ({ id: each.id, y: Math.round(spread[index]!) })),
    marks: gather(inRange, (mark) => u.valToPos(mark.time, "x"), 8).map((group) => ({
      x: Math.round(left + u.valToPos(group[0]!.time, "x")),
      labels: group.map(
        (mark) => `${formatTime(mark.time, { now: new Date(model.grid.end * 1000) })} ${mark.label}`,
      ),
    })),
  };
}

function lastIndex(column: ArrayLike<number | null | undefined>): number {
  let index = column.length - 1;
  while (index >= 0 && column[index] == null) index -= 1;
  return index;
}

/** What stands on the flag of a mark: its words, or how many changes there were. */
const flagWords = ({ labels }: Layout["marks"][number]): string =>
  labels.length === 1 ? labels[0]!.replace(/^\S*\d:\d\d(:\d\d)? /, "") : `${labels.length} changes`;

/** The flags on top of the marks: their words where there is room, all that happened there on hover. */
function MarkFlags({ layout }: { layout: Layout }) {
  const flags = placeFlags(
    layout.marks.map((mark) => ({ x: mark.x, width: Math.ceil(textWidth(flagWords(mark))) + 8 })),
    layout.left,
    layout.left + layout.width,
  );
  return layout.marks.map((mark, index) => (
    <Tooltip
      key={mark.x}
      text={
        <span className="grid gap-1">
          {mark.labels.map((label) => (
            <span key={label}>{label}</span>
          ))}
        </span>
      }
    >
      <button
        type="button"
        aria-label={mark.labels.join("; ")}
        className="absolute top-0 flex h-4 items-center rounded-control px-1 text-caption text-secondary hover:text-primary"
        style={{ left: flags[index]!.left, width: flags[index]!.width }}
      >
        <span className="truncate">{flagWords(mark)}</span>
      </button>
    </Tooltip>
  ));
}

function HoverCard({
  show,
  layout,
  series,
  grid,
  unit,
  marks,
  gaps,
}: {
  show: { current: (hover: Hover) => void };
  layout: Layout | null;
  series: readonly ChartSeries[];
  grid: Grid;
  unit: Unit;
  marks: readonly Mark[];
  gaps: readonly GapRegion[];
}) {
  const [hover, setHover] = useState<Hover>(null);
  show.current = setHover;
  if (!hover || !layout) return null;
  const time = grid.start + hover.index * grid.step;
  const now = new Date(grid.end * 1000);
  const rows = series
    .map((each) => ({ each, value: each.values[hover.index] ?? each.band?.lo[hover.index] ?? null }))
    .filter((row) => row.value !== null)
    .sort((a, b) => b.value! - a.value!);
  const gap = gaps.find((each) => time >= each.from && time <= each.to);
  const near = marks.filter((mark) => Math.abs(mark.time - time) <= grid.step / 2);
  const x = layout.left + hover.left;
  const toLeft = hover.left > layout.width / 2;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-40 w-max max-w-[min(320px,80vw)] rounded-overlay bg-surface-raised px-3 py-2 text-caption shadow-overlay"
      style={{
        top: layout.top + 4,
        ...(toLeft ? { right: `calc(100% - ${x - 12}px)` } : { left: x + 12 }),
      }}
    >
      <p className="pb-1 text-secondary">{formatTime(time, { now })}</p>
      {rows.length === 0 ? (
        <p className="text-secondary">{gap ? `No sample: ${gap.label}` : "No sample"}</p>
      ) : null}
      <ul className="grid grid-cols-[auto_minmax(0,1fr)_auto_auto] items-center gap-x-2 gap-y-1">
        {rows.slice(0, TOOLTIP_ROWS).map(({ each }) => {
          const band = bandWords(each, hover.index, unit);
          return (
            <li key={each.id} className="contents">
              <Swatch series={each} />
              <span className="min-w-0 truncate text-secondary">{each.label}</span>
              <span className="whitespace-nowrap pl-3 text-right font-medium text-primary tabular-nums">
                {valueWords(each, hover.index, unit)}
              </span>
              <span className="whitespace-nowrap text-secondary">{band}</span>
            </li>
          );
        })}
      </ul>
      {rows.length > TOOLTIP_ROWS ? (
        <p className="pt-1 text-secondary">{rows.length - TOOLTIP_ROWS} more</p>
      ) : null}
      {near.map((mark) => (
        <p key={`${mark.time}${mark.label}`} className="mt-1 border-t pt-1">
          {mark.label}
        </p>
      ))}
    </div>
  );
}
