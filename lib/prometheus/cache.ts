import type { Seconds, UnixSeconds } from "@/lib/units";
import type { Labels } from "./schema";
import { MAX_POINTS_PER_SERIES } from "./step";

/** A series on a grid: one value a grid time, null where there is no sample. NaN and ±Infinity are values. */
export type GridSeries = { labels: Labels; values: (number | null)[] };

/** A stretch of the grid, both ends included; both are multiples of the step. */
export type Stretch = { start: UnixSeconds; end: UnixSeconds };

/** What is kept of one query at one step: a stretch without holes, immutable. */
export type Segment = Stretch & {
  step: Seconds;
  /** By label set. */
  series: ReadonlyMap<string, GridSeries>;
  warnings: string[];
  infos: string[];
  /** When the newest points were read. */
  fetchedAt: UnixSeconds;
  /** When the last {@link LATE_SAMPLES} seconds were read anew. */
  sweptAt: UnixSeconds;
  /** The longest stretch that was asked for; older points than that are dropped. */
  longestSpan: Seconds;
};

/** What a fetch brought: the series of one stretch. */
export type Fetched = Stretch & { series: GridSeries[]; warnings: string[]; infos: string[] };

/**
 * Samples of a scrape arrive within a scrape interval; a minute covers the slowest scrapes in use and a clock
 * that is a little off. Points younger than this when they were read are read again with the next refresh.
 */
const SCRAPE_DELAY: Seconds = 60;
/** Remote write, recording rules and rulers add minutes: so far back the tail is read anew once a minute. */
const LATE_SAMPLES: Seconds = 600;
const SWEEP_EVERY: Seconds = 60;
/** With long steps the newest point would otherwise stay as it was first seen for a whole step. */
const MAX_FRESH: Seconds = 60;
/** Viewers' clocks differ: one that is behind asks for the last step while the others have gone on. */
const CLOCK_SKEW: Seconds = 10;
/** A fetch in pieces that saves less than this share of one fetch is not worth its second request. */
const WORTHWHILE = 0.7;

/**
 * Returns how far back from the time of reading points may still change: the rate window, a few scrapes, and
 * at least a minute.
 */
export function overlapOf(rateWindow: Seconds, scrapeInterval: Seconds): Seconds {
  return Math.max(rateWindow, 2 * scrapeInterval, SCRAPE_DELAY);
}

/** Says whether a segment touches a stretch, so that reading the rest leaves no hole. */
export function touches(segment: Stretch, stretch: Stretch, step: Seconds): boolean {
  return stretch.start <= segment.end + step && stretch.end >= segment.start - step;
}

/** What has to be read; `isEverything` when nothing of the segment is used. */
export type Missing = { stretches: Stretch[]; isEverything: boolean };

/**
 * Returns what has to be read so that `segment` answers `asked`: nothing, a tail from before its end on, a head,
 * both, or everything. Points are read again, never only appended, while late samples can change them.
 */
export function missingFrom(
  segment: Segment | undefined,
  asked: Stretch,
  step: Seconds,
  overlap: Seconds,
  now: UnixSeconds,
): Missing {
  // One point before the start: another viewer's clock, a little behind, asks for it next.
  const everything = { stretches: [{ start: asked.start - step, end: asked.end }], isEverything: true };
  if (!segment || !touches(segment, asked, step)) return everything;

  const isFresh = now - segment.fetchedAt < Math.min(step, MAX_FRESH) + CLOCK_SKEW;
  // What came with a warning may be partial, and must not become the past.
  if (segment.warnings.length > 0 && !isFresh) return everything;

  const missing: Stretch[] = [];
  if (asked.start < segment.start) missing.push({ start: asked.start - step, end: segment.start - step });
  const isSweepDue = now - segment.sweptAt >= SWEEP_EVERY;
  const settledUntil = Math.min(
    segment.fetchedAt - overlap,
    isSweepDue ? segment.sweptAt - LATE_SAMPLES : Number.POSITIVE_INFINITY,
  );
  const isTailKnown = asked.end <= segment.end && (isFresh || asked.end <= settledUntil);
  if (!isTailKnown) {
    const firstUnsettled = Math.floor(settledUntil / step) * step + step;
    missing.push({
      start: Math.max(segment.start, Math.min(firstUnsettled, segment.end + step)),
      // To the segment's end, as one time of reading stands for all of its tail.
      end: Math.max(asked.end, segment.end),
    });
  }
  const points = missing.reduce((sum, { start, end }) => sum + (end - start) / step + 1, 0);
  const inOne = (asked.end - asked.start) / step + 2;
  if (asked.start < segment.start && points >= WORTHWHILE * inOne) return everything;
  return { stretches: missing, isEverything: false };
}

/**
 * Returns the segment with what was fetched in place of what it held there; without a segment, what was fetched.
 * A series absent from a fetched stretch is null in it; one without a point left is dropped. `now` is when the
 * reading began.
 */
export function merge(
  kept: Segment | undefined,
  fetched: readonly Fetched[],
  asked: Stretch,
  step: Seconds,
  now: UnixSeconds,
): Segment {
  const parts: Stretch[] = kept ? [kept, ...fetched] : [...fetched];
  const end = Math.max(...parts.map((part) => part.end));
  const longestSpan = Math.max(kept?.longestSpan ?? 0, asked.end - asked.start);
  const start = Math.max(
    Math.min(...parts.map((part) => part.start)),
    oldestKept(longestSpan, end, asked, step),
  );
  const length = Math.round((end - start) / step) + 1;

  const pieces = piecesOf(kept, fetched, start, length, step);
  const series = new Map<string, GridSeries>();
  for (const from of [kept?.series ?? [], ...pieces.map((piece) => piece.series)])
    for (const [key, { labels }] of from) {
      if (series.has(key)) continue;
      const values = joined(pieces, key, length);
      if (values.some((value) => value !== null)) series.set(key, { labels, values });
    }

  const tail = fetched.find((part) => part.end === end);
  const isSwept = tail && (!kept || tail.start <= Math.max(kept.start, kept.sweptAt - LATE_SAMPLES + step));
  return {
    start,
    end,
    step,
    series,
    warnings: distinct([...(kept?.warnings ?? []), ...fetched.flatMap((part) => part.warnings)]),
    infos: distinct([...(kept?.infos ?? []), ...fetched.flatMap((part) => part.infos)]),
    fetchedAt: tail || !kept ? now : kept.fetchedAt,
    sweptAt: isSwept || !kept ? now : kept.sweptAt,
    longestSpan,
  };
}

/** Where the values of the grid's points `from … to` (`to` excluded) stand: in these series, from their index `at` on. */
type Piece = { from: number; to: number; series: ReadonlyMap<string, GridSeries>; at: number };

/** The grid of a merge cut into pieces, ascending: what was fetched, and between it what was kept. */
function piecesOf(
  kept: Segment | undefined,
  fetched: readonly Fetched[],
  start: UnixSeconds,
  length: number,
  step: Seconds,
): Piece[] {
  const within = (stretch: Stretch, series: Piece["series"]): Piece => {
    const first = Math.round((stretch.start - start) / step);
    const to = Math.min(length, Math.round((stretch.end - start) / step) + 1);
    return { from: Math.max(0, first), to, series, at: Math.max(0, -first) };
  };
  const read = fetched
    .map((part) => within(part, new Map(part.series.map((one) => [labelKey(one.labels), one] as const))))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  if (!kept) return read;
  const old = within(kept, kept.series);
  const pieces: Piece[] = [];
  let from = old.from;
  for (const piece of read) {
    const to = Math.min(piece.from, old.to);
    if (from < to) pieces.push({ ...old, from, to, at: old.at + from - old.from });
    pieces.push(piece);
    from = Math.max(from, piece.to);
  }
  if (from < old.to) pieces.push({ ...old, from, at: old.at + from - old.from });
  return pieces;
}

/** A series' values over all pieces. Copied as a block and added to, so that an array of plain doubles stays one. */
function joined(pieces: readonly Piece[], key: string, length: number): (number | null)[] {
  let values: (number | null)[] = [];
  const absentUntil = (to: number) => {
    while (values.length < to) values.push(null);
  };
  for (const { from, to, series, at } of pieces) {
    const source = series.get(key)?.values;
    if (source === undefined) continue;
    absentUntil(from);
    if (values.length === 0) values = source.slice(at, at + to - from);
    else for (let index = values.length; index < to; index++) values.push(source[at + index - from] ?? null);
  }
  absentUntil(length);
  return values;
}

/** Returns a segment's series over a stretch, null where it does not reach; series without a point are left out. */
export function seriesWithin(segment: Segment, asked: Stretch): GridSeries[] {
  const { step } = segment;
  const length = Math.round((asked.end - asked.start) / step) + 1;
  const offset = Math.round((asked.start - segment.start) / step);
  const result: GridSeries[] = [];
  for (const { labels, values } of segment.series.values()) {
    const within =
      offset >= 0 && offset + length <= values.length
        ? values.slice(offset, offset + length)
        : Array.from({ length }, (_, index) => values[index + offset] ?? null);
    if (within.some((value) => value !== null)) result.push({ labels, values: within });
  }
  return result;
}

/** Returns how much a segment weighs in the cache, in points; labels count as some. */
export function weightOf(segment: Segment): number {
  const POINTS_OF_LABELS = 40;
  const length = Math.round((segment.end - segment.start) / segment.step) + 1;
  return 1 + segment.series.size * (length + POINTS_OF_LABELS);
}

/** Returns the identity of a label set, whatever the order of its names. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A quarter more than the longest view, so that a moving window does not copy everything at each step. */
function oldestKept(longestSpan: Seconds, end: UnixSeconds, asked: Stretch, step: Seconds): UnixSeconds {
  const span = Math.min(longestSpan * 1.25, MAX_POINTS_PER_SERIES * step);
  return Math.min(asked.start - step, Math.floor((end - span) / step) * step);
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts)];
}
