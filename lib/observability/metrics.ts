import "server-only";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Wide enough for a cached read (2 ms) and for a search that runs into its time-out (30 s). */
const SECONDS_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function create() {
  const registry = new Registry();
  // Brings nodejs_eventloop_lag_* and the process's memory and CPU.
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    requestDuration: new Histogram({
      name: "inferscope_http_request_duration_seconds",
      help: "Time to answer a request: of the API by its path, of pages and health checks by their route.",
      labelNames: ["route", "method", "status"],
      buckets: SECONDS_BUCKETS,
      registers: [registry],
    }),
    upstreamDuration: new Histogram({
      name: "inferscope_upstream_request_duration_seconds",
      help: "Time a data source took to answer.",
      labelNames: ["kind", "source", "route", "outcome"],
      buckets: SECONDS_BUCKETS,
      registers: [registry],
    }),
    cacheReads: new Counter({
      name: "inferscope_cache_reads_total",
      help: "Reads of metrics by what answered them: the cache, a part of it, the source, or one already in flight.",
      labelNames: ["reader", "result"],
      registers: [registry],
    }),
    jobQueueDepth: new Gauge({
      name: "inferscope_job_queue_depth",
      help: "Jobs waiting, by queue.",
      labelNames: ["queue"],
      registers: [registry],
    }),
  };
}

type Metrics = ReturnType<typeof create>;
const holder = globalThis as unknown as { inferscopeMetrics?: Metrics };

/** The console's own metrics, one registry a process. */
export function metrics(): Metrics {
  holder.inferscopeMetrics ??= create();
  return holder.inferscopeMetrics;
}
