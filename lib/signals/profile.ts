import type { SignalId } from "./catalogue";

export const profileIds = [
  "vllm",
  "sglang",
  "tgi",
  "dcgm",
  "nvidia-gpu-exporter",
  "plain",
  "http-instrumentator",
  "node-exporter",
] as const;
export type ProfileId = (typeof profileIds)[number];

/**
 * How one signal is spelled in PromQL, as data. `$selector` stands for the service's label matchers, `$window` for
 * the rate window, `$by` for a grouping clause (empty when nothing is grouped).
 *
 * Where several metric names stand in a list, they are spellings of one thing in different releases, newest first;
 * each target contributes the first that it has.
 */
export type Spelling =
  | {
      kind: "histogram";
      /** Names without `_bucket`. */
      histograms: string[];
    }
  | {
      kind: "counter";
      counters: CounterName[];
      /** The label that carries the dimension `type`. */
      typeLabel?: string;
    }
  | {
      kind: "failures";
      /** Which of the three things that follow from failures and total is wanted. */
      want: "error_rate" | "availability" | "failures";
      failures: CounterName;
      total: CounterName;
      typeLabel?: string;
    }
  | {
      kind: "expression";
      expression: string;
      /** The metrics that the expression reads, for the search after why it is empty. */
      metrics: string[];
    };

/** A counter, with matchers of its own beside those of the service, written as in PromQL: `mode="decode"`. */
export interface CounterName {
  metric: string;
  matchers?: string;
}

/** What an output label of a dimension is called, and the labels that may carry it, first present first. */
export type DimensionLabels = Record<string, string[]>;

/** How one serving engine, exporter or instrumentation spells the signals. */
export interface Profile {
  id: ProfileId;
  title: string;
  /** `engine` makes a service; `application` does too unless an engine is there; the others are attached to one. */
  layer: "engine" | "application" | "attachment" | "gpu" | "host";
  /** Metrics of which one proves that the profile is spoken; gauges or counters, never buckets. */
  sentinels: string[];
  /** What a sentinel's labels must also show, as in PromQL: without it the name alone would mean little. */
  sentinelMatchers?: string;
  labels: {
    model: string[];
    version: string[];
    instance: string[];
    gpu: DimensionLabels;
  };
  spellings: Partial<Record<SignalId, Spelling>>;
}

/** Labels that say which version of a model a series belongs to, most telling first. */
export const versionLabels = ["version", "model_version", "app_kubernetes_io_version", "revision"];
