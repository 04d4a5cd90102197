/** The rules of the usual set, in their order. */
export const usualKeys = [
  "latency",
  "ttft",
  "itl",
  "error-rate",
  "queue-depth",
  "kv-cache",
  "preemptions",
  "gpu-utilization",
  "gpu-memory",
  "host-memory",
  "xid",
  "ecc",
  "no-data",
  "replica-not-ready",
] as const;
export type UsualKey = (typeof usualKeys)[number];
