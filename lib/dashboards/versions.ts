import { type SignalDefinition, type SignalId, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult, SignalSeries } from "@/lib/signals/schema";
import type { Better, Unit } from "@/lib/units";
import { type Measured, measuredBetween } from "./bound";

/** One measurement of every version. */
export interface VersionRow {
  name: string;
  unit: Unit;
  better: Better;
  values: ReadonlyMap<string, Measured>;
}

const nameOf = ({ labels }: SignalSeries): string => labels.version || "without a version";

/**
 * Versions side by side from summaries that were split by version, by signal: first the share of requests, then every
 * measurement, a row for each percentile, then tokens per second of each GPU where it is known which GPUs a version has.
 * Versions are in the order of their names, so that the older is what others are measured against.
 */
export function comparedVersions(
  summaries: Readonly<Record<string, Pick<SignalResult, "signal" | "status" | "series" | "statistic">>>,
  gpus: ReadonlyMap<string, number>,
): { versions: string[]; rows: VersionRow[] } {
  const known = Object.values(summaries).filter(({ status }) => status === "ok" || status === "error");
  const versions = [...new Set(known.flatMap(({ series }) => series.map(nameOf)))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const rows = known.flatMap((result) => rowsOf(result));
  const rate = rows.find(({ name }) => name === signals.request_rate.title);
  const tokens = rows.find(({ name }) => name === signals.output_token_rate.title);
  return {
    versions,
    rows: [...sharesOf(rate), ...rows, ...perGpu(tokens, gpus)].filter(({ values }) => values.size > 0),
  };
}

function rowsOf({
  signal,
  series,
  statistic,
}: Pick<SignalResult, "signal" | "series" | "statistic">): VersionRow[] {
  const definition: SignalDefinition = signals[signal as SignalId];
  const { title, shortTitle, unit, judged, better } = definition;
  const quantiles = [...new Set(series.map(({ quantile }) => quantile))];
  return quantiles.map((quantile) => ({
    name:
      quantile !== undefined
        ? `${shortTitle} p${percentile(quantile)}`
        : statistic === "mean"
          ? `${shortTitle}, average`
          : title,
    unit,
    better: judged ? better : "neutral",
    values: new Map(
      series.flatMap((one) => {
        const [value] = one.values;
        if (one.quantile !== quantile || value === null || value === undefined) return [];
        return [[nameOf(one), measuredBetween(value, one.band?.lo[0], one.band?.hi[0])] as const];
      }),
    ),
  }));
}

function sharesOf(rate: VersionRow | undefined): VersionRow[] {
  const all = [...(rate?.values.values() ?? [])].reduce((sum, { value }) => sum + value, 0);
  if (rate === undefined || all === 0) return [];
  return [
    {
      name: "Share of requests",
      unit: "ratio",
      better: "neutral",
      values: new Map(
        [...rate.values].map(([version, { value }]) => [version, { value: value / all, isAtLeast: false }]),
      ),
    },
  ];
}

function perGpu(tokens: VersionRow | undefined, gpus: ReadonlyMap<string, number>): VersionRow[] {
  const counted = (values: [string, number][]): VersionRow["values"] =>
    new Map(values.map(([version, value]) => [version, { value, isAtLeast: false }]));
  return [
    { name: "GPUs", unit: "count", better: "neutral", values: counted([...gpus]) },
    {
      name: "Output tokens per GPU",
      unit: "tokens_per_second",
      better: "higher",
      values: counted(
        [...gpus].flatMap(([version, count]): [string, number][] => {
          const rate = tokens?.values.get(version)?.value;
          return rate === undefined || count === 0 ? [] : [[version, rate / count]];
        }),
      ),
    },
  ];
}
