import { type CounterName, type Profile, versionLabels } from "../profile";

const metric = "http_requests_total";
/** Probes and scrapes are no requests of callers, and fail while a server is starting. */
const notOfProbes = (label: string): string =>
  `${label}!~"/(metrics|health.*|ready.*|live.*|ping|startup.*)"`;
const ofCallers = [notOfProbes("handler"), notOfProbes("path")].join(",");
const failed = (label: string, isAdded?: true): CounterName => ({
  metric,
  matchers: `${ofCallers},${label}=~"5.*"`,
  ...(isAdded === undefined ? {} : { isAdded }),
});

/**
 * HTTP counters of an application without an engine, whatever client wrote them: with `status` or `code`, by class or in
 * full. They count 5xx alone and answer nothing that the application's own metrics do; they are there to contradict those.
 */
export const httpWitness: Profile = {
  id: "http-witness",
  title: "HTTP counters",
  layer: "attachment",
  sentinels: [metric],
  labels: { model: [], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    error_rate: {
      kind: "failures",
      want: "error_rate",
      failures: [failed("status"), failed("code", true)],
      total: [{ metric, matchers: ofCallers }],
    },
  },
};
