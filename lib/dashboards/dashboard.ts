import type { SignalId } from "@/lib/signals/catalogue";
import type { PanelQuery } from "./overview";

/** How a panel draws the answers to its queries. */
export type DashboardView =
  /** Each query is a line. */
  | "lines"
  /** A line for each value of what its queries are split by. */
  | "split"
  /** p50, p95 and p99 of one latency; of several services, one of the three as a line each. */
  | "percentiles"
  /** How many requests fell into which bucket at which time, with the percentiles over it. */
  | "distribution"
  /** A gauge with the limit that it runs into, dashed. */
  | "limited"
  /** Waiting requests with the bands of a long queue. */
  | "queue"
  /** What is estimated from the parts of an answer, beside the measured whole. */
  | "estimate"
  /** Percentiles, mean and standard deviation of several latencies over the range. */
  | "latency-table"
  /** Failures by type, stacked. */
  | "error-types"
  /** Failures by type with their usual cause and what to do. */
  | "error-guidance"
  /** The share of requests that did not fail, and the downtime that it amounts to. */
  | "availability"
  /** Average, maximum and spread over the GPUs. */
  | "gpu-spread"
  /** A row for each GPU, a column for each time. */
  | "gpu-map"
  /** What is measured of the chosen GPU, a line for each query. */
  | "gpu-lines"
  /** The same of how busy it is, with what that says. */
  | "gpu-work"
  /** The same of a query that is split further, a line for each part. */
  | "gpu-split"
  /** The GPUs that something is wrong with, what it means and what to do. */
  | "gpu-faults"
  /** What the memory of a service's GPUs holds. */
  | "memory-parts"
  /** One measurement of each version, in the version's colour. */
  | "versions"
  /** The versions in columns, what is measured of them in rows. */
  | "versions-table"
  /** What a service costs, by GPU-hours and by tokens. */
  | "cost"
  /** How much more a service can take. */
  | "headroom";

/** One query of a dashboard's panel, and what its line is called. */
export interface DashboardQuery extends PanelQuery {
  label?: string;
  /** Drawn as the reference that the others are compared with. */
  isReference?: true;
  /** Not drawn, but said beside the value now: "62 % of 412 k tok". */
  isStated?: true;
}

export type Span = 3 | 4 | 6 | 8 | 12;

export interface DashboardPanel {
  id: string;
  title: string;
  view: DashboardView;
  /** What is asked for, by the name under which the view finds the answer; the first leads. */
  queries: Readonly<Record<string, DashboardQuery>>;
  /** It is shown for the services that measure one of these. */
  needs: readonly SignalId[];
  /** Columns of twelve, where its row is full; a row that is not is widened. */
  span: Span;
  /**
   * With several services: all of them in one panel, or a panel for each. Those that compare lines share one; those
   * that show the parts of a whole are repeated.
   */
  across: "together" | "each";
  /** It needs how many requests took how long, which an engine that sums durations up does not tell. */
  needsDistribution?: true;
  /** It is shown for services that measure nothing of it too, and says of them why not, and what would. */
  isAlways?: true;
  /** It belongs to machines: several services on one are one line. */
  ofMachines?: true;
  /** Its queries are alternatives, of which the viewer chooses one; the parameter of the address that says which. */
  oneOf?: string;
  /** One sentence under the chart, for those who meet it for the first time. */
  about?: string;
}

/** Panels under one heading; the first of a dashboard may do without. */
export interface DashboardSection {
  title?: string;
  /** Its panels show the GPU that the viewer chose: its heading names it. */
  isOfChosenGpu?: true;
  panels: readonly DashboardPanel[];
}

export interface Dashboard {
  id: string;
  title: string;
  /** What it answers, in one sentence. */
  description: string;
  sections: readonly DashboardSection[];
  /** What it shows belongs to machines that services share: without a choice it shows all of them. */
  ofAll?: true;
  /** Only services that speak one of these profiles. */
  profiles?: readonly string[];
}
