"use client";

import "uplot/dist/uPlot.min.css";
import "./charts.css";
import {
  type KeyboardEvent,
  lazy,
  memo,
  type RefObject,
  Suspense,
  useContext,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import uPlot from "uplot";
import { cn } from "@/components/ui/class-names";
import { useTableToggle } from "@/components/ui/panel-view";
import { useOptionalTimeRange } from "@/components/ui/use-time-range";
import { formatTime, type Scale, type Unit } from "@/lib/units";
import type { GapRegion, Level, Threshold } from "./canvas";
import { ChartDataTable } from "./chart-data-table";
import { type ExemplarDot, useChartDisplay, useChartExemplars, useChartHeight } from "./chart-display";
import { HoverCard, MarkFlags } from "./chart-overlays";
import { observeSize, TokenReader, useThemeVersion } from "./chart-tokens";
import { toCsv } from "./csv";
import { LegendRow, LegendTable, Swatch } from "./legend-table";
import {
  type ChartSeries,
  COLOURED_SERIES,
  type Grid,
  gridTimes,
  scaleOf,
  summaryOf,
  valueWords,
  withAllParts,
  withOtherParts,
  withOthers,
} from "./series";
import type { ThresholdHandle } from "./threshold-handle";
import { TimePickContext } from "./time-pick";
import {
  drawnSeries,
  isCounted,
  plotColumns,
  type SeriesKind,
  summedAgainst,
  yTicksWithLevels,
} from "./time-series-model";
import {
  focusSeries,
  type Hover,
  LABEL_TARGET_PX,
  type Layout,
  type Mark,
  mostLabelWidth,
  type PlotModel,
  plotOptions,
  widestLabel,
} from "./time-series-options";

export type { Mark };

const ExemplarDots = lazy(() => import("./exemplar-dots"));
const HandleLine = lazy(() => import("./handle-line"));

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
  /** A line across the drawing that is dragged, or moved by arrow keys; on a linear axis. */
  handle?: ThresholdHandle;
  /** Whether the bucket of each value (`band`) is drawn around its line. */
  bands?: boolean;
  /** Ranges of the y axis with a meaning, tinted and named where they are on screen. */
  levels?: readonly Level[];
  marks?: readonly Mark[];
  /** Times in which the scrape itself failed or the source was stopped, hatched. */
  gaps?: readonly GapRegion[];
  /** Where the y axis ends, in the unit's base (the total of a GPU's memory). */
  max?: number;
  /** A log axis, as an explicit choice for latency; the panel around may ask for one too. */
  log?: boolean;
  /** What lines are set against (`against` names which), drawn dashed; beside what the panel around adds. */
  compare?: readonly ChartSeries[];
  /** Single observations with their traces, as dots; beside what the panel around adds. */
  exemplars?: readonly ExemplarDot[];
  /** Charts with one key share their crosshair; all of a page unless told otherwise. */
  syncKey?: string;
  /** The only series shown, and how to change it; kept here when absent. `useIsolatedSeries` keeps it in the URL. */
  isolated?: string | null;
  onIsolate?: (id: string | null) => void;
  /** Instead of zooming the time range of the page. */
  onZoom?: (from: number, to: number) => void;
  /** A line that is alone is named too: one of the parts that the chart is split into. */
  named?: boolean;
  className?: string;
};

/** Series up to this many are named at their right end, where their names fit; more get a table under the chart. */
const LABELLED_SERIES = 4;
/** Height of the names under the chart, taken from the drawing: 24 and 4 px of space. */
const LEGEND_ROW_PX = 28;
/** The most that the table under a chart takes of it where its height includes it: five rows, header and 8 px of space. */
const LEGEND_TABLE_PX = 152;
const LEGEND_ROW_OF_TABLE_PX = 24;
const NONE: readonly never[] = [];
/** Only few names may stand beside their lines, which depends on the width. */
const ignoreWidth = () => {};

/** One or many measurements over time, drawn by uPlot. `t` shows the data as a table, arrow keys move the crosshair. */
export function TimeSeriesChart(props: TimeSeriesChartProps) {
  const { title, grid, unit, kind = "line", compare: ownCompare = NONE } = props;
  const coloured = useMemo(
    () => (kind === "line" ? withOthers(props.series) : withOtherParts(props.series)),
    [props.series, kind],
  );
  const root = useRef<HTMLElement>(null);
  const shown = useRef<readonly ChartSeries[]>(coloured);
  const display = useChartDisplay(
    {
      title,
      lines: () => shown.current,
      range: { from: grid.start, to: grid.end },
      hasLines: true,
      hasLog: kind === "line",
    },
    root,
  );
  const height = useChartHeight(props.height ?? 192);
  const added = display.compare[title] ?? NONE;
  const compare = useMemo(() => {
    const both = [...ownCompare, ...added].filter((each) => !isOther(coloured, each.against?.id));
    return kind === "line" ? both : summedAgainst(both);
  }, [ownCompare, added, coloured, kind]);
  // What lines are set against lies beneath them.
  const series = useMemo(
    () => (kind === "line" ? [...compare, ...coloured] : [...coloured, ...compare]),
    [coloured, compare, kind],
  );
  const listed = useMemo(() => [...coloured, ...compare], [coloured, compare]);
  const named = useMemo(() => {
    if (kind !== "line") return [...withAllParts(coloured, props.series), ...compare];
    const seen = listed.filter((each) => each.color !== "other");
    return seen.length > 0 ? seen : listed;
  }, [listed, kind, coloured, compare, props.series]);
  shown.current = listed;
  const all = useMemo(
    () => [...(kind === "line" ? props.series : withAllParts(coloured, props.series)), ...compare],
    [props.series, coloured, compare, kind],
  );
  const scale = useMemo(() => props.scale ?? scaleOf(all, unit), [props.scale, all, unit]);
  const gaps = useMemo(() => [...(props.gaps ?? NONE), ...display.gaps], [props.gaps, display.gaps]);
  const shared = useChartExemplars(unit);
  const exemplars = useMemo(() => [...(props.exemplars ?? NONE), ...shared], [props.exemplars, shared]);
  const [ownIsolated, setOwnIsolated] = useState<string | null>(null);
  const asked = props.onIsolate ? (props.isolated ?? null) : ownIsolated;
  // A series that is no longer there must not leave an empty chart behind.
  const isolated =
    asked !== null && (series.some(({ id }) => id === asked) || named.some(({ id }) => id === asked))
      ? asked
      : null;
  // One of the parts that are drawn together is drawn alone.
  const small = series.some(({ id }) => id === isolated)
    ? undefined
    : named.find(({ id }) => id === isolated);
  const onIsolate = props.onIsolate ?? setOwnIsolated;
  const [hovered, setHovered] = useState<string | null>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  const csv = () =>
    toCsv(
      ["time", ...all.map((each) => each.label)],
      gridTimes(grid).map((time, index) => [
        new Date(time * 1000).toISOString(),
        ...all.map((each) => each.values[index] ?? null),
      ]),
    );
  const { table, toggle, leads } = useTableToggle(csv, root);

  if (table) {
    const now = new Date(grid.end * 1000);
    return (
      <ChartDataTable
        label={title}
        csv={csv}
        height={height}
        onClose={toggle}
        closable={leads}
        focus={root}
        header={["Time", ...all.map((each) => each.label)]}
        rows={gridTimes(grid).map((time, index) => ({
          key: time,
          cells: [formatTime(time, { now }), ...all.map((each) => valueWords(each, index, unit))],
        }))}
      />
    );
  }
  const isFull = display.height !== null;
  const legend = display.legend || isFull ? "table" : legendOf(series, kind, width, props.named === true);
  const tablePx = Math.min(LEGEND_TABLE_PX, 8 + LEGEND_ROW_OF_TABLE_PX * (named.length + 1));
  const taken = legend === "row" ? LEGEND_ROW_PX : legend === "table" && isFull ? tablePx : 0;
  return (
    <div className={cn("flex min-w-0 flex-col", props.className)}>
      <Plot
        {...props}
        series={small === undefined ? series : [small]}
        scale={scale}
        height={height - taken}
        kind={kind}
        log={(props.log || display.log) && kind === "line"}
        gaps={gaps}
        exemplars={exemplars}
        labelled={legend === "ends"}
        onWidth={series.length > LABELLED_SERIES ? ignoreWidth : setWidth}
        isolated={isolated}
        onIsolate={onIsolate}
        hovered={hovered}
        onToggleTable={toggle}
        root={root}
      />
      {legend === "row" ? (
        <LegendRow
          label={title}
          series={listed}
          isolated={isolated}
          onIsolate={onIsolate}
          onHover={setHovered}
        />
      ) : null}
      {legend === "table" ? (
        <LegendTable
          label={title}
          series={named}
          others={Math.max(0, listed.length - named.length)}
          scale={scale}
          isolated={isolated}
          onIsolate={onIsolate}
          onHover={setHovered}
        />
      ) : null}
    </div>
  );
}

/** A line in grey is one of many: what it was before would be one more. */
const isOther = (series: readonly ChartSeries[], id: string | undefined): boolean =>
  series.some((each) => each.id === id && each.color === "other");

/**
 * Where series are named: at their right ends, in a row under the chart where a name would be cut there or where the end
 * of a bar says little, or in a table of their numbers.
 */
function legendOf(
  series: readonly ChartSeries[],
  kind: SeriesKind,
  width: number,
  isNamed: boolean,
): "none" | "ends" | "row" | "table" {
  if (kind === "stacked-bars") return series.length <= COLOURED_SERIES ? "row" : "table";
  if (series.length === 0 || (series.length === 1 && !isNamed)) return "none";
  if (series.length > LABELLED_SERIES) return "table";
  return widestLabel(series) <= mostLabelWidth(width) ? "ends" : "row";
}

const hasElements = ({ labels, marks, dots, ends }: Layout): boolean =>
  labels.length + marks.length + dots.length > 0 || ends !== null;

type PlotProps = TimeSeriesChartProps & {
  scale: Scale;
  height: number;
  kind: SeriesKind;
  log: boolean;
  gaps: readonly GapRegion[];
  exemplars: readonly ExemplarDot[];
  labelled: boolean;
  isolated: string | null;
  onIsolate: (id: string | null) => void;
  hovered: string | null;
  onToggleTable: () => void;
  onWidth: (width: number) => void;
  root: RefObject<HTMLElement | null>;
};

const Plot = memo(function Plot(props: PlotProps) {
  const { title, grid, series, unit, scale, height, kind, log, isolated, onIsolate, hovered } = props;
  const { thresholds = NONE, levels = NONE, marks = NONE, gaps, exemplars } = props;
  const range = useOptionalTimeRange();
  const onZoom = props.onZoom ?? range?.zoom;
  const onPick = useContext(TimePickContext);
  const id = useId();
  const { root } = props;
  const onWidth = useRef(props.onWidth);
  onWidth.current = props.onWidth;
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const showHover = useRef<(hover: Hover) => void>(() => {});
  const [layout, setLayout] = useState<Layout | null>(null);
  const latestLayout = useRef<Layout>(null);
  const [announced, setAnnounced] = useState("");
  const theme = useThemeVersion();

  const visible = useMemo(
    () =>
      isolated === null
        ? series
        : series.filter((each) => each.id === isolated || each.against?.id === isolated),
    [series, isolated],
  );
  const drawn = useMemo(() => drawnSeries(visible, kind), [visible, kind]);
  const columns = useMemo(() => plotColumns(drawn, grid), [drawn, grid]);
  const ticks = useMemo(
    () =>
      yTicksWithLevels(levels, {
        columns: columns.slice(1),
        thresholds,
        factor: scale.factor,
        max: props.max,
        isRatio: unit === "ratio",
        isTime: unit === "seconds",
        isWhole: isCounted(unit, [...columns.slice(1), thresholds.map(({ value }) => value)]),
        log,
      }),
    [columns, levels, thresholds, scale, props.max, unit, log],
  );
  const summary = useMemo(() => summaryOf(series, grid, unit), [series, grid, unit]);

  // What uPlot's callbacks read: always of the latest render, so that new data never re-create the plot.
  const latest: PlotModel = {
    grid,
    unit,
    scale,
    height,
    kind,
    drawn,
    labelWidth: (chartWidth) =>
      props.labelled ? Math.min(widestLabel(series), mostLabelWidth(chartWidth)) : 0,
    ticks,
    max: props.max,
    log,
    syncKey: props.syncKey,
    thresholds,
    levels,
    marks,
    gaps,
    exemplars,
    hasBands: props.bands === true,
    hasHandle: props.handle !== undefined,
    onZoom,
    onPick,
    back: range?.back,
  };
  const model = useRef(latest);
  model.current = latest;
  const tokens = useRef<TokenReader>(null);
  tokens.current ??= new TokenReader(() => root.current);

  // The plot is made anew only when its lines are others; values, range, size and theme change it in place.
  const signature = `${kind} ${log} ${props.syncKey} ${drawn.map((each) => each.series.id).join("\n")}`;
  const latestColumns = useRef(columns);
  latestColumns.current = columns;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for everything that needs a new plot
  useEffect(() => {
    let size = { width: 0, height: 0 };
    const make = () => {
      if (!target.current || size.width === 0) return;
      plot.current = new uPlot(
        plotOptions({
          model,
          tokens: tokens.current!,
          width: size.width,
          onLayout: (next) => {
            latestLayout.current = next;
            // Only what stands over the drawing has to be rendered again where that has moved.
            const over = hasElements(next) ? next : null;
            setLayout((current) => (JSON.stringify(current) === JSON.stringify(over) ? current : over));
          },
          onHover: (hover) => showHover.current(hover),
        }),
        latestColumns.current,
        target.current,
      );
    };
    const stop = observeSize(root, (width) => {
      size = { width, height };
      onWidth.current(width);
      if (plot.current) plot.current.setSize({ width, height: model.current.height });
      else make();
    });
    // Text is measured and drawn once more when the face has arrived.
    let alive = true;
    if (document.fonts?.status === "loading")
      void document.fonts.ready.then(() => {
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
    plot.current?.setData(columns, true);
  }, [columns, ticks, thresholds, levels, marks, gaps, exemplars, scale]);

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
    focusSeries(plot.current, drawn, hovered);
  }, [hovered, drawn, kind]);

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
    } else if (event.key === "n" && current !== null && onPick) {
      event.preventDefault();
      onPick({ start: u.data[0][current]! });
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
      data-crosshair={announced === "" ? undefined : true}
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
                onMouseEnter={() => plot.current && focusSeries(plot.current, drawn, seriesId)}
                onMouseLeave={() => plot.current && focusSeries(plot.current, drawn, null)}
                className="absolute flex h-6 min-w-6 items-center gap-1 rounded-control text-caption text-secondary hover:text-primary"
                style={{
                  left: layout.left + layout.width + 6,
                  top: y - LABEL_TARGET_PX / 2,
                  maxWidth: Math.min(widestLabel(series), mostLabelWidth(layout.chartWidth)),
                }}
              >
                <Swatch series={each} className="w-2" />
                <span className="truncate">{each.label}</span>
              </button>
            );
          })
        : null}
      {layout ? <MarkFlags layout={layout} /> : null}
      {layout && exemplars.length > 0 ? (
        <Suspense>
          <ExemplarDots title={title} unit={unit} dots={exemplars} at={layout.dots} now={grid.end} />
        </Suspense>
      ) : null}
      {layout && props.handle ? (
        <Suspense>
          <HandleLine handle={props.handle} layout={layout} unit={unit} />
        </Suspense>
      ) : null}
      <HoverCard
        show={showHover}
        layout={latestLayout}
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
});
