/** The least that an axis of things that are counted reaches. */
const FEWEST_COUNTED = 2;

/**
 * Returns four or five round ticks from zero (or below, for negative values) that reach `max`, ascending. Steps are 1, 2,
 * 2.5 or 5 times a power of ten, and whole numbers where `isWhole` (there is no half a request). Without a positive
 * extent it is [0, 1], of things that are counted [0, 1, 2]. Ticks beyond `ceiling` are left out; where a quarter of it is round, they are its quarters.
 */
export function roundTicks(
  min: number,
  max: number,
  { ceiling, isWhole = false }: { ceiling?: number; isWhole?: boolean } = {},
): number[] {
  const low = Math.min(0, min);
  let high = Math.max(0, max);
  // An axis of two numbers is a line on its edge.
  if (isWhole && ceiling === undefined && low === 0) high = Math.max(high, FEWEST_COUNTED);
  if (!Number.isFinite(low) || !Number.isFinite(high) || high === low) high = low + 1;
  const rough = (high - low) / 4;
  if (low === 0 && high === ceiling && isShort(rough)) {
    return [0, 1, 2, 3, 4].map((quarter) => tidy(quarter * rough));
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = isWhole && power <= 1 ? [1, 2, 3, 5, 10] : [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const step = steps.find((each) => each >= rough * (1 - 1e-9))!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  return ceiling === undefined ? ticks : ticks.filter((tick) => tick <= ceiling * (1 + 1e-9));
}

/** Has it at most two digits that are not zero? */
function isShort(value: number): boolean {
  return Number(value.toPrecision(2)) === tidy(value);
}

/** Returns the powers of ten that enclose [min, max], both positive, ascending; at most eight of them. */
export function logTicks(min: number, max: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.max(first + 1, Math.ceil(Math.log10(max) - 1e-9));
  const every = Math.ceil((last - first + 1) / 8);
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  return ticks;
}

/** Decades of seconds as they are spoken of: 1 ms … 10 s, 1 min, 10 min, 1 h, 10 h, and days. */
const SPOKEN = [
  ...Array.from({ length: 11 }, (_, index) => 10 ** (index - 9)),
  60,
  600,
  3_600,
  36_000,
  86_400,
  864_000,
];

/** As {@link logTicks} for times in seconds, in the units that they are written in. */
export function logTimeTicks(min: number, max: number): number[] {
  const first = Math.max(
    0,
    SPOKEN.findLastIndex((tick) => tick <= min * (1 + 1e-9)),
  );
  const reaching = SPOKEN.findIndex((tick) => tick >= max * (1 - 1e-9));
  const last = Math.max(first + 1, reaching < 0 ? SPOKEN.length - 1 : reaching);
  const every = Math.ceil((last - first + 1) / 8);
  return SPOKEN.slice(first, last + every).filter((_, index) => index % every === 0);
}

/** Drops the binary noise of a multiplication (0.30000000000000004). */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
  84 * DAY,
];

/** Seconds that the zone is ahead of UTC at a time. */
export type OffsetAt = (unixSeconds: number) => number;

/** The offset of the viewer's zone. */
export const localOffset: OffsetAt = (unixSeconds) => -new Date(unixSeconds * 1000).getTimezoneOffset() * 60;

/** The least space between two ticks of a time axis, px. */
const TICK_PX = 72;
/** What of a chart's width is not its plot, as a rule: numbers on the left and names on the right. Px. */
const BESIDE_PX = 88;

/**
 * Returns how many ticks a time axis has at most, by the width of its whole chart: charts of one width have the same ticks,
 * however wide their numbers are.
 */
export const mostTimeTicks = (chartWidth: number): number =>
  Math.max(1, Math.floor((chartWidth - BESIDE_PX) / TICK_PX));

/**
 * Returns round times of the zone in [from, to], at most `most` of them, ascending, and the step between them (all
 * seconds). `span` is the range that the step is chosen for, where the axis shows half a bar more at both ends. Aligned
 * to the zone's midnight, so that a change of the day is always a tick below a step of a day.
 */
export function timeTicks(
  from: number,
  to: number,
  most: number,
  offsetAt: OffsetAt = localOffset,
  span = to - from,
): { ticks: number[]; step: number } {
  const step = STEPS.find((each) => span / each <= Math.max(1, most)) ?? STEPS.at(-1)!;
  const ticks: number[] = [];
  for (
    let local = Math.ceil((from + offsetAt(from)) / step) * step;
    ticks.length <= most + 2;
    local += step
  ) {
    const time = local - offsetAt(local - offsetAt(from));
    if (time > to) break;
    if (time >= from) ticks.push(time);
  }
  return { ticks, step };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns the words of a tick: "14:03", "14:03:20" below a minute, "2 Mar" at midnight and for steps of days. */
export function tickWords(unixSeconds: number, step: number, offsetAt: OffsetAt = localOffset): string {
  const local = new Date((unixSeconds + offsetAt(unixSeconds)) * 1000);
  const [hours, minutes, seconds] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  if (step >= DAY || (hours === 0 && minutes === 0 && seconds === 0)) {
    return `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  }
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${pad(hours)}:${pad(minutes)}${step < MINUTE ? `:${pad(seconds)}` : ""}`;
}
