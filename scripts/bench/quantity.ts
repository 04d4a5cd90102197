import type { MeasuredUnit } from "./measurement";

/** A value with its unit: `412 ms`, `286.4 kB`, `1,204`. kB and MB are powers of ten, as transfer sizes are counted. */
export function quantity(value: number, unit: MeasuredUnit): string {
  const number = (shown: number, decimals: number) =>
    shown.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  switch (unit) {
    case "seconds":
      return value < 10 ? `${number(value * 1000, value < 0.1 ? 1 : 0)} ms` : `${number(value, 1)} s`;
    case "bytes":
      return value < 1_000_000 ? `${number(value / 1000, 1)} kB` : `${number(value / 1_000_000, 1)} MB`;
    case "count":
      return number(value, Number.isInteger(value) ? 0 : 1);
  }
}

/** A ratio: `1.08 ×`. */
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
