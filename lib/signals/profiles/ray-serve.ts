import { clientStatuses, failureSpellings } from "../failures";
import { type CounterName, type Profile, versionLabels } from "../profile";
import { gauge, histogram } from "../spellings";

/** The proxy answers for its own health and routes too. */
const ofApplications = 'route!~"/-/.*"';
const ofRoutes = (...metrics: string[]): CounterName[] =>
  metrics.map((metric) => ({ metric, matchers: ofApplications }));
const requests = ofRoutes("ray_serve_num_http_requests_total", "ray_serve_num_http_requests");

/**
 * Ray Serve (ray-project/ray, doc/source/serve/monitoring.md): its HTTP proxy and replicas, whatever runs in them. Older
 * releases have counters without `_total`. An engine within it keeps names of its own, behind `ray_`.
 */
export const rayServe: Profile = {
  id: "ray-serve",
  title: "Ray Serve",
  layer: "engine",
  isGateway: true,
  sentinels: ["ray_serve_num_http_requests_total", "ray_serve_num_http_requests"],
  labels: {
    model: [],
    version: versionLabels,
    instance: ["instance"],
    gpu: {},
    endpoint: ["route"],
  },
  spellings: {
    request_rate: { kind: "counter", counters: requests },
    e2e_latency: {
      ...histogram("ray_serve_http_request_latency_ms"),
      matchers: ofApplications,
      scale: 0.001,
    },
    inference_time: { ...histogram("ray_serve_deployment_processing_latency_ms"), scale: 0.001 },
    ...failureSpellings({
      failures: ofRoutes("ray_serve_num_http_error_requests_total", "ray_serve_num_http_error_requests"),
      total: requests,
      typeLabel: "error_code",
      clientTypes: clientStatuses,
    }),
    queue_depth: gauge("sum", "max", "ray_serve_deployment_queued_queries"),
    requests_running: gauge("sum", "avg", "ray_serve_replica_processing_queries"),
  },
};
