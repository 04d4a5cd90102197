import { clientStatuses, failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram, named } from "../spellings";

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
    request_rate: counter("ray_serve_num_http_requests_total", "ray_serve_num_http_requests"),
    e2e_latency: { ...histogram("ray_serve_http_request_latency_ms"), scale: 0.001 },
    inference_time: { ...histogram("ray_serve_deployment_processing_latency_ms"), scale: 0.001 },
    ...failureSpellings({
      failures: named("ray_serve_num_http_error_requests_total", "ray_serve_num_http_error_requests"),
      total: named("ray_serve_num_http_requests_total", "ray_serve_num_http_requests"),
      typeLabel: "error_code",
      clientTypes: clientStatuses,
    }),
    queue_depth: gauge("sum", "max", "ray_serve_deployment_queued_queries"),
    requests_running: gauge("sum", "avg", "ray_serve_replica_processing_queries"),
  },
};
