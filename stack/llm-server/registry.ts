export type MetricType = "counter" | "gauge" | "histogram";

export type FamilyDefinition = {
  /** The name as it is scraped; of a histogram, without `_bucket`, `_sum`, `_count`. */
  name: string;
  type: MetricType;
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram, rising, without +Inf. */
  buckets?: readonly number[];
};

export type Exemplar = { traceId: string; value: number; at: number };

/** One sample of an exposition. */
export type Sample = { name: string; labels: string; value: number; exemplar?: Exemplar };

/** Values of all series, by the series' name and labels; of a histogram, its counts by bucket and then the sum. */
export type RegistryState = Record<string, number[]>;

// prom-client keeps its values private and one exposition format a registry. The backfill reads every series at every
// step, a restored server sets them, and a scrape chooses its format; so counters are kept here, plainly.

export class Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

export class Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }
}

export class Histogram {
  readonly bounds: readonly number[];
  /** Observations by bucket, not cumulative; the last is +Inf. */
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array(bounds.length + 1).fill(0);
    this.exemplars = new Array(bounds.length + 1).fill(undefined);
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Observes `value` as often as `times`. */
  observe(value: number, times = 1): void {
    this.counts[this.#bucket(value)]! += times;
    this.sum += value * times;
  }

  observeWithExemplar(value: number, traceId: string | undefined, at: number): void {
    this.observe(value);
    if (traceId) this.exemplars[this.#bucket(value)] = { traceId, value, at };
  }

  /** Observes `first`, `first + growth`, … (`steps` values, `growth` ≥ 0), each as often as `times`. */
  observeRising(first: number, growth: number, steps: number, times: number): void {
    const last = first + growth * (steps - 1);
    this.sum += ((first + last) / 2) * steps * times;
    const bucket = this.#bucket(first);
    if (bucket === this.#bucket(last)) this.counts[bucket]! += steps * times;
    else for (let i = 0; i < steps; i++) this.counts[this.#bucket(first + growth * i)]! += times;
  }

  #bucket(value: number): number {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= this.bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

type Metric = Counter | Gauge | Histogram;

export type Series = { labels: string; metric: Metric };

export type Family = FamilyDefinition & { series: Series[] };

/** `{a="b"}` without the braces, values escaped as the exposition formats ask. */
export function renderLabels(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"')}"`,
    )
    .join(",");
}

/** A bound as Python's client writes it (`1.0`, not `1`), so that series keep their name in either format. */
export function renderBound(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return "+Inf";
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

/** Families of series in the order in which they were made. Every series exists, at 0, from when it is asked for. */
export class Registry {
  readonly families: Family[] = [];
  readonly #byName = new Map<string, Family>();

  counter(definition: FamilyDefinition, labels: Record<string, string>): Counter {
    return this.#series(definition, labels, () => new Counter());
  }

  gauge(definition: FamilyDefinition, labels: Record<string, string>): Gauge {
    return this.#series(definition, labels, () => new Gauge());
  }

  histogram(definition: FamilyDefinition, labels: Record<string, string>): Histogram {
    return this.#series(definition, labels, () => new Histogram(definition.buckets ?? []));
  }

  #series<T extends Metric>(
    definition: FamilyDefinition,
    values: Record<string, string>,
    create: () => T,
  ): T {
    let family = this.#byName.get(definition.name);
    if (!family) {
      family = { ...definition, series: [] };
      this.#byName.set(definition.name, family);
      this.families.push(family);
    }
    const ordered: Record<string, string> = {};
    for (const label of definition.labels) {
      const value = values[label];
      if (value === undefined) throw new Error(`${definition.name} lacks its label ${label}`);
      ordered[label] = value;
    }
    const labels = renderLabels(ordered);
    const known = family.series.find((series) => series.labels === labels);
    if (known) return known.metric as T;
    const metric = create();
    family.series.push({ labels, metric });
    return metric;
  }

  state(): RegistryState {
    const state: RegistryState = {};
    for (const family of this.families) {
      for (const { labels, metric } of family.series) {
        state[`${family.name}{${labels}}`] =
          metric instanceof Histogram ? [...metric.counts, metric.sum] : [metric.value];
      }
    }
    return state;
  }

  /** Sets every series that `state` knows; series of another shape or name stay as they are. */
  restore(state: RegistryState): void {
    for (const family of this.families) {
      for (const { labels, metric } of family.series) {
        const values = state[`${family.name}{${labels}}`];
        if (!values) continue;
        if (!(metric instanceof Histogram)) metric.value = values[0] ?? metric.value;
        else if (values.length === metric.counts.length + 1) {
          for (let i = 0; i < metric.counts.length; i++) metric.counts[i] = values[i]!;
          metric.sum = values.at(-1)!;
        }
      }
    }
  }
}

/** The samples of a family, a histogram's buckets cumulative and rising. */
export function* samplesOf(family: Family): Generator<Sample> {
  for (const { labels, metric } of family.series) {
    if (!(metric instanceof Histogram)) {
      yield { name: family.name, labels, value: metric.value };
      continue;
    }
    const separator = labels === "" ? "" : ",";
    let cumulative = 0;
    for (let i = 0; i < metric.counts.length; i++) {
      cumulative += metric.counts[i]!;
      const bound = renderBound(metric.bounds[i] ?? Number.POSITIVE_INFINITY);
      const exemplar = metric.exemplars[i];
      yield {
        name: `${family.name}_bucket`,
        labels: `${labels}${separator}le="${bound}"`,
        value: cumulative,
        ...(exemplar ? { exemplar } : {}),
      };
    }
    yield { name: `${family.name}_count`, labels, value: cumulative };
    yield { name: `${family.name}_sum`, labels, value: metric.sum };
  }
}
