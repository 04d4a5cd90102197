import { format, type Unit } from "@/lib/units";

/** One GPU's value at a time; null where it has none. */
export interface GpuValue {
  gpu: string;
  value: number | null;
}

/** An average over GPUs never stands alone: it hides the one that is full beside those that idle. */
export interface FleetSummary {
  /** GPUs with a value. */
  count: number;
  /** GPUs without one. */
  missing: number;
  average: number;
  minimum: GpuValue & { value: number };
  maximum: GpuValue & { value: number };
  /** Maximum less minimum. */
  spread: number;
  /** Of the GPUs as they are, not of a sample: divided by their number. */
  standardDeviation: number;
}

/** Summary over GPUs; null where none has a value. */
export function fleetSummary(gpus: readonly GpuValue[]): FleetSummary | null {
  const present = gpus.filter((one): one is GpuValue & { value: number } => one.value !== null);
  const [first] = present;
  if (first === undefined) return null;
  const average = present.reduce((sum, { value }) => sum + value, 0) / present.length;
  const minimum = present.reduce((least, one) => (one.value < least.value ? one : least), first);
  const maximum = present.reduce((most, one) => (one.value > most.value ? one : most), first);
  return {
    count: present.length,
    missing: gpus.length - present.length,
    average,
    minimum,
    maximum,
    spread: maximum.value - minimum.value,
    standardDeviation: Math.sqrt(
      present.reduce((sum, { value }) => sum + (value - average) ** 2, 0) / present.length,
    ),
  };
}

/** The summary in one line: average, maximum with its GPU, and spread. */
export function fleetText(summary: FleetSummary | null, unit: Unit): string {
  if (summary === null) return "No GPU has a value.";
  const { count, missing, average, maximum, spread } = summary;
  const without = missing === 0 ? "" : `, ${missing} without a value`;
  if (count === 1) return `${format(average, unit)} (one GPU${without})`;
  return `${format(average, unit)} on average, at most ${format(maximum.value, unit)} (${maximum.gpu}), spread ${format(spread, unit)} over ${count} GPUs${without}`;
}
