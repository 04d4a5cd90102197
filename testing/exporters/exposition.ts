/**
 * How a client library prints numbers: Python's always with a point (`1.0`, `le="10.0"`), Go's in the shortest form
 * with an exponent from 1e6 on, Rust's and C++'s plainly (`1`).
 */
export type Dialect = "python" | "go" | "plain";

export type Labels = Record<string, string>;
export type LabelledValue = readonly [labels: Labels, value: number];

/** A histogram's state: cumulative counts for each bound, and for all. */
export interface HistogramState {
  labels: Labels;
  bounds: readonly number[];
  /** One more than there are bounds: the last is that of `+Inf`. */
  cumulative: readonly number[];
  sum: number;
}

export interface SummaryState {
  labels: Labels;
  quantiles: readonly (readonly [quantile: number, value: number])[];
  sum: number;
  count: number;
}

/** One page of the Prometheus text format (0.0.4), written family by family. */
export class Exposition {
  private readonly lines: string[] = [];

  constructor(
    private readonly dialect: Dialect,
    /** When the process began, unix seconds: Python's client adds a `_created` gauge with it to counters and histograms. */
    private readonly createdAt?: number,
  ) {}

  /** `name` as it is scraped: Python's and OpenMetrics' `_total` included. */
  counter(name: string, help: string, values: readonly LabelledValue[]): void {
    this.header(name, "counter", help);
    for (const [labels, value] of values) this.sample(name, labels, value);
    this.created(
      name.replace(/_total$/, ""),
      help,
      values.map(([labels]) => labels),
    );
  }

  gauge(name: string, help: string, values: readonly LabelledValue[]): void {
    this.header(name, "gauge", help);
    for (const [labels, value] of values) this.sample(name, labels, value);
  }

  histogram(name: string, help: string, states: readonly HistogramState[]): void {
    this.header(name, "histogram", help);
    for (const { labels, bounds, cumulative, sum } of states) {
      for (const [index, count] of cumulative.entries())
        this.sample(
          `${name}_bucket`,
          { ...labels, le: number(bounds[index] ?? Number.POSITIVE_INFINITY, this.dialect) },
          count,
        );
      this.sample(`${name}_sum`, labels, sum);
      this.sample(`${name}_count`, labels, cumulative.at(-1) ?? 0);
    }
    this.created(
      name,
      help,
      states.map(({ labels }) => labels),
    );
  }

  summary(name: string, help: string, states: readonly SummaryState[]): void {
    this.header(name, "summary", help);
    for (const { labels, quantiles, sum, count } of states) {
      for (const [quantile, value] of quantiles)
        this.sample(name, { ...labels, quantile: String(quantile) }, value);
      this.sample(`${name}_sum`, labels, sum);
      this.sample(`${name}_count`, labels, count);
    }
  }

  header(name: string, type: string, help: string): void {
    this.lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const braces = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    this.lines.push(`${name}${braces} ${number(value, this.dialect)}`);
  }

  text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  private created(base: string, help: string, labels: readonly Labels[]): void {
    if (this.createdAt === undefined || labels.length === 0) return;
    this.header(`${base}_created`, "gauge", help);
    for (const each of labels) this.sample(`${base}_created`, each, this.createdAt);
  }
}

const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function number(value: number, dialect: Dialect): string {
  if (Number.isNaN(value)) return dialect === "python" ? "nan" : "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const text = String(value);
  if (dialect === "python") return /[.e]/.test(text) ? text : `${text}.0`;
  if (dialect === "go" && Math.abs(value) >= 1e6) return value.toExponential().replace(/e\+(\d)$/, "e+0$1");
  return text;
}
