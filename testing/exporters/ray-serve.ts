import { cyclesAt, type Exporter, loaded, type Moment } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, runningOf, truthOf, waitingOf } from "./truth";
import { e2eOf, failuresIn, histogramState, perRequest, workload } from "./workload";

/* Ray Serve: doc/source/serve/monitoring.md. Its histograms are in milliseconds. */

const bounds = [
  1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 60000, 120000, 300000, 600000,
];

/** One in 25 fails: 4 %. */
const load = workload({
  seed: 101,
  failures: { "500": 1, "408": 1 },
  queue: 0.02,
  prefill: 0.1,
  itl: 0.01,
  promptTokens: 100,
  outputTokens: 40,
});

/** `suffix` ends the names of counters, which older releases do without. */
function page(moment: Moment, suffix: "_total" | ""): string {
  const text = new Exposition("plain");
  const cycles = cyclesAt(moment, load.perSecond);
  const ray = {
    Component: "core_worker",
    NodeAddress: "192.0.2.10",
    SessionName: "session_2026-05-04_08-00-00_000000_1",
    Version: "2.49.0",
    WorkerId: "5f1c8b2d",
  };
  const http = { ...ray, application: "embedder", method: "POST", route: "/embed" };
  const serve = { ...ray, application: "embedder", deployment: "Embedder", route: "/embed" };
  const replica = { ...serve, replica: "k3v9x1c2" };
  const health = { application: "", method: "GET", route: "/-/healthz" };
  const failed = ["500", "408"] as const;
  text.counter(`ray_serve_num_http_requests${suffix}`, "The number of HTTP requests processed.", [
    [{ ...http, status_code: "200" }, cycles * load.served.length],
    ...failed.map(
      (status_code) => [{ ...http, status_code }, cycles * failuresIn(load, status_code)] as const,
    ),
    // A load balancer asks for the proxy's health, which is no request of anyone.
    [{ ...http, ...health, status_code: "200" }, cycles * 10],
  ]);
  text.counter(
    `ray_serve_num_http_error_requests${suffix}`,
    "The number of errored HTTP responses.",
    failed.map((error_code) => [{ ...http, error_code }, cycles * failuresIn(load, error_code)]),
  );
  text.counter(
    `ray_serve_deployment_request_counter${suffix}`,
    "The number of queries that have been processed in this replica.",
    [[replica, cycles * load.requests.length]],
  );
  text.counter(
    `ray_serve_deployment_error_counter${suffix}`,
    "The number of exceptions that have occurred in this replica.",
    [[replica, cycles * failuresIn(load, "500")]],
  );
  text.histogram(
    "ray_serve_http_request_latency_ms",
    "The end-to-end latency of HTTP requests (measured from the Serve HTTP proxy).",
    [
      histogramState(bounds, perRequest(load, e2eOf), cycles, {
        labels: { ...http, status_code: "200" },
        unit: 1000,
      }),
      histogramState(bounds, [{ value: 0.001, weight: 10 }], cycles, {
        labels: { ...http, ...health, status_code: "200" },
        unit: 1000,
      }),
    ],
  );
  text.histogram("ray_serve_deployment_processing_latency_ms", "The latency for queries to be processed.", [
    histogramState(
      bounds,
      perRequest(load, (request) => e2eOf(request) - request.queue),
      cycles,
      { labels: replica, unit: 1000 },
    ),
  ]);
  text.gauge("ray_serve_num_ongoing_http_requests", "The number of ongoing requests in this HTTP Proxy.", [
    [{ ...ray, node_id: "a1b2c3", node_ip_address: "192.0.2.10" }, loaded(runningOf(load), moment)],
  ]);
  text.gauge(
    "ray_serve_deployment_queued_queries",
    "The current number of queries to this deployment waiting to be assigned to a replica.",
    [[serve, loaded(waitingOf(load), moment)]],
  );
  text.gauge("ray_serve_replica_processing_queries", "The current number of queries being processed.", [
    [replica, loaded(runningOf(load), moment)],
  ]);
  text.gauge(
    "ray_serve_deployment_replica_healthy",
    "Tracks whether this deployment replica is healthy. 1 means healthy, 0 means unhealthy.",
    [[replica, 1]],
  );
  return text.text();
}

const described: Pick<Exporter, "service" | "expected" | "unavailable"> = {
  service: { engines: ["ray-serve"], models: [] },
  expected: only(
    truthOf([load]),
    "request_rate",
    "e2e_latency",
    "inference_time",
    "requests_running",
    "queue_depth",
    ...failureSignals,
  ),
  unavailable: ["ttft", "itl", "output_token_rate", "prompt_token_rate", "kv_cache_usage"],
};

export const rayServe: Exporter = {
  ...described,
  name: "ray-serve",
  title: "Ray Serve 2.49",
  replicas: [{ instance: "ray-head.example:8080", page: (moment) => page(moment, "_total") }],
};

export const rayServeOld: Exporter = {
  ...described,
  name: "ray-serve-old",
  title: "Ray Serve before its counters ended in _total",
  replicas: [{ instance: "ray-head-2.example:8080", page: (moment) => page(moment, "") }],
};
