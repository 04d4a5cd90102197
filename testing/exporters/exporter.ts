import type { SignalId } from "@/lib/signals/catalogue";
import type { Labels } from "./exposition";
import type { Observation } from "./workload";

/** What a page is written from. */
export interface Moment {
  /** Seconds that the server has been up. */
  uptime: number;
  /** When it started, unix seconds. */
  startedAt: number;
  /** How much busier than usual it is: 1 unless a wave was asked for. Gauges of load go with it. */
  load: number;
}

export interface Replica {
  /** The rest of the path, after the exporter's own: `/vllm-v1/0`. Absent where there is but one. */
  name?: string;
  /** Where it would listen: what its series carry as `instance`. */
  instance: string;
  /** Further labels that the scrape gives it, as a relabelling would. */
  labels?: Labels;
  page(moment: Moment): string;
}

/** What a console must show of a signal, in base units, and over all replicas unless it says otherwise. */
export interface Expected {
  /** A gauge, a rate or a ratio. */
  value?: number;
  /** How far off a value may be, as a share of it, where that is more than usual. */
  tolerance?: number;
  /** A distribution: means are exact, a quantile lies in the true one's bucket. */
  observations?: readonly Observation[];
  /** A value for each type, the dimension `type`. */
  byType?: Record<string, number>;
  /** A value for each GPU, by what the dimension `gpu` calls `uuid` or, without, `gpu`. */
  byGpu?: Record<string, number>;
  /** An average that stands where percentiles were asked. */
  average?: number;
  /** A distribution of each replica, by its instance, whose quantiles it computed itself: they are exact, and not merged. */
  byReplica?: Record<string, readonly Observation[]>;
  /** A value for each way to estimate it. */
  byEstimate?: Record<string, number>;
  /** Whether a console may as well say that it cannot tell. */
  orNothing?: true;
}

export interface Exporter {
  /** The path it is scraped at, without the slash, and the job it is scraped as. */
  name: string;
  /** What it stands in for: "vLLM 0.11 (V1)". */
  title: string;
  replicas: readonly Replica[];
  /** Whether the labels on its own page win over those of the scrape, as with a federation. */
  honorLabels?: boolean;
  /** How often it is scraped where that is not as the others are: a Prometheus duration. */
  interval?: string;
  /** The service that a console makes of it; absent for an exporter that only belongs to one. */
  service?: {
    engines: readonly string[];
    models: readonly string[];
    versions?: readonly string[];
  };
  /** What is to be seen of that service, of what this exporter tells. What is not among it is not looked at. */
  expected?: ExpectedSignals;
  /** Signals that it cannot give, and of which a console says so. */
  unavailable?: readonly SignalId[];
  /** Signals that its page tells nonsense of: no number can be right, so none may be shown. */
  nonsense?: readonly SignalId[];
  /** Of an exporter of GPUs or hosts: what it adds to other exporters' services, by their names. */
  adds?: Readonly<Record<string, ExpectedSignals>>;
}

export type ExpectedSignals = Partial<Record<SignalId, Expected>>;

/** How many cycles of a load that passes `perSecond` times a second have ended; whole ones only. */
export const cyclesAt = ({ uptime }: Moment, perSecond: number): number => Math.floor(uptime * perSecond);

/** A gauge of load at this moment, in whole requests. */
export const loaded = (usual: number, { load }: Moment): number => Math.round(usual * load);
