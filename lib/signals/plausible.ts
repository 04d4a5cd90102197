import { formatExact } from "@/lib/units";
import { type SignalDefinition, type SignalId, signals } from "./catalogue";
import type { Doubt } from "./schema";

/** The least and the most that a signal can be, in its unit. */
export interface PlausibleRange {
  min: number;
  max: number;
}

/** What no service and no fleet reaches, by unit. */
const largest: Partial<Record<SignalDefinition["unit"], number>> = {
  ratio: 1,
  celsius: 200,
  requests_per_second: 1e9,
  tokens_per_second: 1e12,
  events_per_second: 1e9,
  bytes: 1e18,
  bytes_per_second: 1e15,
  watts: 1e9,
  hertz: 1e11,
  seconds: 1e8,
};
const largestOfAny = 1e15;
/** Degrees; of anything else nothing is below 0. */
const coldest = -60;

/** A share of the rates of two counters, which are scraped one after the other, lies above 1 by so little without being wrong. */
const ratioTolerance = 0.05;
/** What arithmetic may leave of 0. */
const rounding = 1e-9;

export function plausibleRange({ unit, plausible }: SignalDefinition): PlausibleRange {
  return {
    min: plausible?.min ?? (unit === "celsius" ? coldest : 0),
    max: plausible?.max ?? largest[unit] ?? largestOfAny,
  };
}

/** Whether a value can be one of its signal. */
export function isPlausible(value: number, signal: SignalId): boolean {
  const definition = signals[signal];
  const { min, max } = plausibleRange(definition);
  if (definition.unit !== "ratio") return value >= min && value <= max;
  return value >= min - rounding && value <= max + ratioTolerance;
}

/** What is said of a value that cannot be one of its signal. */
export function implausible(value: number, signal: SignalId, metric: string): Doubt {
  const { title, unit } = signals[signal];
  const { min, max } = plausibleRange(signals[signal]);
  const ratio = unit === "ratio";
  const shown = ratio ? String(Number(value.toPrecision(6))) : formatShort(value, unit);
  if (ratio && value > max)
    return {
      kind: "implausible",
      metric,
      text: `${title} of ${shown} is not a ratio: it lies between 0 and ${max}. Its metric has another unit, such as percent, or the numbers that it is made of contradict each other.`,
      advice: `Have \`${metric}\` exported as a ratio from 0 to 1, or look for the number of which a part is larger than the whole.`,
    };
  return {
    kind: "implausible",
    metric,
    text: `${title} of ${shown} cannot be: it is never ${value < min ? `below ${formatShort(min, unit)}` : "that much"}.`,
    advice: `Correct the exporter of \`${metric}\`, or what rewrites it on the way.`,
  };
}

/** As it was written, without the digits of a number that is nonsense anyway. */
const formatShort = (value: number, unit: SignalDefinition["unit"]): string =>
  Math.abs(value) >= 1e15 ? value.toExponential(2).replace("e+", "e") : formatExact(value, unit);
