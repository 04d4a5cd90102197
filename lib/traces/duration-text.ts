import type { Seconds } from "@/lib/units";

const sizes: Readonly<Record<string, number>> = {
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3_600,
};

/** Returns the seconds of a duration as Jaeger's pages take it ("250ms", "1.5s", "1m30s"); null for what is none. */
export function parseDurationText(text: string): Seconds | null {
  const spelled = text.trim().replace(/\s+/g, "");
  if (!/^(\d+(\.\d+)?(us|µs|μs|ms|s|m|h))+$/.test(spelled)) return null;
  let seconds = 0;
  for (const [, amount, unit] of spelled.matchAll(/(\d+(?:\.\d+)?)(us|µs|μs|ms|s|m|h)/g))
    seconds += Number(amount) * sizes[unit!]!;
  return seconds;
}
