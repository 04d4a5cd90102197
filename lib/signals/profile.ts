import type { SignalId } from "./catalogue";

export const profileIds = [
  "vllm",
  "sglang",
  "tgi",
  "triton",
  "trtllm-serve",
  "llama-cpp",
  "lmdeploy",
  "dynamo",
  "ray-serve",
  "kserve",
  "otel-genai",
  "dcgm",
  "nvidia-gpu-exporter",
  "triton-gpu",
  "plain",
  "litellm",
  "knative",
  "http-instrumentator",
  "http-witness",
  "node-exporter",
  "cadvisor",
] as const;
export type ProfileId = (typeof profileIds)[number];

/** What a `failures` spelling answers: shares of all requests, or failed requests per second. */
export type FailuresWanted =
  | "error_rate"
  | "availability"
  | "success_rate"
  | "client_error_rate"
  | "server_error_rate"
  | "failures";

/** Dimensions whose labels differ from signal to signal. */
type SpelledDimension = "type" | "host" | "device" | "reason" | "part" | "endpoint";

interface SpellingExtras {
  /** The labels that carry a dimension, where the profile's own do not tell; first present first. */
  labels?: Partial<Record<SpelledDimension, string[]>>;
  /** What a person must know to read the numbers. */
  note?: string;
  /** What it means where its metric has samples and none of them is a value. */
  ifNone?: string;
  /** Exposed only where someone switched it on: preferred where it is known to be there, else passed over. */
  isOptional?: boolean;
  /** Taken where the service exposes none of this one's metrics. */
  otherwise?: Spelling;
}

/**
 * How one signal is spelled in PromQL, as data. `$selector` stands for the service's label matchers, `$window` for
 * the rate window, `$by` for a grouping clause (empty when nothing is grouped). A metric's name in an expression is
 * followed by `{`, so that a prefix can be put before it.
 *
 * Where several metric names stand in a list, they are spellings of one thing in different releases, newest first;
 * each target contributes the first that it has.
 */
export type Spelling = SpellingExtras &
  (
    | {
        kind: "histogram";
        /** Names without `_bucket`; a native histogram of that name is read where there are no buckets. */
        histograms: string[];
        /** What the bounds are multiplied by to be in the signal's unit: 0.001 for milliseconds. */
        scale?: number;
        /** Buckets may be scraped under the bare name, told by `le`. */
        isBare?: boolean;
        /** Matchers of its own beside those of the service, written as in PromQL. */
        matchers?: string;
      }
    | {
        kind: "counter";
        counters: CounterName[];
        /** The label that carries the dimension `type`. */
        typeLabel?: string;
        scale?: number;
      }
    | {
        /** An average, offered where no histogram allows a percentile: the rate of one counter over that of another. */
        kind: "mean";
        sum: CounterName[];
        count: CounterName[];
        scale?: number;
      }
    | {
        /** Quantiles that each replica computed by itself: shown a replica at a time and never merged. */
        kind: "summary";
        metrics: string[];
        scale?: number;
      }
    | {
        kind: "failures";
        /** Which of the things that follow from failures and total is wanted. */
        want: FailuresWanted;
        failures: CounterName[];
        /** All requests, or, with `isOfSuccesses`, those that succeeded. */
        total: CounterName[];
        isOfSuccesses?: boolean;
        typeLabel?: string;
        /** Values of the type's label that are the caller's fault, as regular expressions (RE2, of the whole value). */
        clientTypes?: string[];
      }
    | {
        /** Estimates of the end-to-end latency from means, beside the measured mean. */
        kind: "estimate";
        ttft: MeanName;
        itl: MeanName;
        tokens: MeanName;
        e2e: MeanName;
      }
    | {
        /** A number that labels hold: their product, summed over the series. */
        kind: "labels";
        metric: string;
        factors: string[];
      }
    | {
        kind: "expression";
        expression: string;
        /** The metrics that the expression reads, for the search after why it is empty. */
        metrics: string[];
      }
  );

/** A counter, with matchers of its own beside those of the service, written as in PromQL: `mode="decode"`. */
export interface CounterName {
  metric: string;
  matchers?: string;
  /** It counts something else that is added to the others of its list, which are spellings of one thing. */
  isAdded?: boolean;
}

/** A mean as the two counters whose rates are divided. */
export interface MeanName {
  sum: CounterName[];
  count: CounterName[];
}

/** What an output label of a dimension is called, and the labels that may carry it, first present first. */
export type DimensionLabels = Record<string, string[]>;

/** How a pipeline rewrites the beginning of metric names. */
export interface Rename {
  from: string;
  to: string;
}

/** How one serving engine, exporter or instrumentation spells the signals. */
export interface Profile {
  id: ProfileId;
  title: string;
  /** `engine` makes a service; `application` does too unless an engine is there; the others are attached to one. */
  layer: "engine" | "application" | "attachment" | "gpu" | "host";
  /** It passes requests on to engines: its requests and tokens are theirs too and are not added to them. */
  isGateway?: boolean;
  /** It may run another engine within itself and show that one's metrics beside its own. */
  embedsEngines?: boolean;
  /** Metrics of which one proves that the profile is spoken; gauges or counters, never buckets. */
  sentinels: string[];
  /** What a sentinel's labels must also show, as in PromQL: without it the name alone would mean little. */
  sentinelMatchers?: string;
  /** How known pipelines rewrite its names; each gives sentinels of its own. */
  renames?: Rename[];
  /** In which releases a metric is exposed, where not in all: `from 0.11`, `until 0.12`. */
  releases?: Record<string, string>;
  /** How its exporter writes that there is no value, where it writes a number for that. */
  blank?: {
    /** The names of such metrics, a regular expression (RE2). */
    names: string;
    /** PromQL that leaves of `$series` those whose newest value is none. */
    expression: string;
    why: string;
  };
  /** What a metric is exposed with, where it has to be switched on. */
  exposedWith?: Record<string, string>;
  labels: {
    model: string[];
    version: string[];
    instance: string[];
    gpu: DimensionLabels;
  } & Partial<Record<Exclude<SpelledDimension, "type">, string[]>>;
  spellings: Partial<Record<SignalId, Spelling>>;
}

/** Labels that say which version of a model a series belongs to, most telling first. */
export const versionLabels = ["version", "model_version", "app_kubernetes_io_version", "revision"];
