/** The folders of lib/ that every feature stands on. */
export const platform = [
  "api",
  "audit",
  "auth",
  "config",
  "crypto",
  "db",
  "errors",
  "events",
  "jobs",
  "leases",
  "observability",
  "units",
  "upstream",
];

/** One folder a system we talk to: typed clients without anything of the domain. */
export const systems = ["prometheus", "jaeger", "alertmanager", "routers"];

/** What a client of a system may use of ours. */
export const ofSystems = ["config", "errors", "observability", "units", "upstream"];

/** What features share beyond the platform: what is measured, from which servers, and how to reason about it. */
export const shared = ["promql", "signals", "sources", "statistics"];

/** The one file of the platform that knows the features: it lists their jobs for the worker. */
export const jobRegistry = "lib/jobs/registry.ts";

/** The files of a feature that another feature may use; `labels` are the words in which alerts are told from each other. */
export const entries = ["queries", "commands", "schema", "labels"];

/** The folders of components/ that know nothing of the domain. */
export const design = ["ui", "charts"];

/** Whether a folder of lib/ is a feature's, with the files that every feature has. */
export const isFeature = (folder: string): boolean =>
  !platform.includes(folder) && !systems.includes(folder) && !shared.includes(folder);
