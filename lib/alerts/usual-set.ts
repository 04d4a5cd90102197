import { type SignalId, signals } from "@/lib/signals/catalogue";
import { evidenceSelector, planSignal } from "@/lib/signals/plan";
import type { ProfileId } from "@/lib/signals/profile";
import { matchersText, promDuration } from "@/lib/signals/promql";
import type { Dimension } from "@/lib/signals/schema";
import type { MeasuredService } from "@/lib/signals/service";
import type { AlertingRule, Level } from "./rule";
import { alertWindow, signalExpression } from "./signal-expression";
import { type UsualKey, usualKeys } from "./usual-keys";

/** A rule of the usual set, with what a page needs to offer it. */
export interface UsualRule extends AlertingRule {
  /** The same for every service: `latency`, `error-rate` …; `id` has the service before it. */
  key: UsualKey;
  /** What it is made of; null where it is of no signal. */
  signal: { service: string; signal: SignalId; quantile: number | null; by: Dimension[] } | null;
  /** Whether it notifies unless someone says otherwise. What does not is observed. */
  pages: boolean;
  /** Why it does not page, or what to know before it does. */
  note?: string;
}

interface UsualSignalRule {
  key: UsualKey;
  name: string;
  signal: SignalId;
  quantile?: number;
  by?: Dimension[];
  /** In the signal's base unit; only what lies strictly above fires. */
  warning?: number;
  critical?: number;
  /** Seconds. */
  for: number;
  /** How the value is written in the summary, as Prometheus's templates have it. */
  format: "humanizeDuration" | "humanizePercentage" | "humanize";
  what: string;
  cause: string;
  action: string;
}

/** The field's usual thresholds; those of TTFT and ITL are the catalogue's targets, and twice those. */
const targetOf = (signal: SignalId): number => signals[signal].target!.value;
const levelOf = (signal: SignalId, severity: "warning" | "critical"): number =>
  signals[signal].thresholds!.find((each) => each.severity === severity)!.value;

const usualSignalRules: readonly UsualSignalRule[] = [
  {
    key: "latency",
    name: "LLMHighLatency",
    signal: "e2e_latency",
    quantile: 0.99,
    warning: 5,
    critical: 10,
    for: 300,
    format: "humanizeDuration",
    what: "One request in a hundred takes longer than",
    cause: "A queue, longer answers than usual, or a replica that is slower than the others.",
    action:
      "Look at queue depth and answer length first; compare the replicas; add one, or limit the tokens.",
  },
  {
    key: "ttft",
    name: "LLMSlowFirstToken",
    signal: "ttft",
    quantile: signals.ttft.target!.quantile,
    warning: targetOf("ttft"),
    critical: 2 * targetOf("ttft"),
    for: 300,
    format: "humanizeDuration",
    what: "One request in twenty waits for its first token longer than",
    cause: "A queue, long prompts, or a prefix cache that no longer hits.",
    action: "Look at the time in the queue, the prompt length and the prefix cache's hits.",
  },
  {
    key: "itl",
    name: "LLMSlowTokens",
    signal: "itl",
    quantile: signals.itl.target!.quantile,
    warning: targetOf("itl"),
    critical: 2 * targetOf("itl"),
    for: 300,
    format: "humanizeDuration",
    what: "One token in twenty comes later after the one before than",
    cause: "Too many requests in the batch, prefills between the decodes, or GPUs whose clock is held back.",
    action: "Look at requests running, preemptions and GPU throttling; lower the batch, or add a replica.",
  },
  {
    key: "error-rate",
    name: "LLMHighErrorRate",
    signal: "error_rate",
    warning: 0.01,
    critical: 0.05,
    for: 300,
    format: "humanizePercentage",
    what: "The share of requests that fail is",
    cause: "A deploy, a replica out of memory, or callers who send what the server refuses.",
    action: "Look at errors by type and by version; roll back what was deployed last if it began there.",
  },
  {
    key: "queue-depth",
    name: "LLMLongQueue",
    signal: "queue_depth",
    warning: levelOf("queue_depth", "warning"),
    critical: levelOf("queue_depth", "critical"),
    for: 300,
    format: "humanize",
    what: "Requests that wait for a place in the batch:",
    cause: "More traffic than the replicas can take, or one that takes none.",
    action: "See that every replica takes requests; add replicas, or turn away what can wait.",
  },
  {
    key: "kv-cache",
    name: "LLMKVCacheFull",
    signal: "kv_cache_usage",
    warning: levelOf("kv_cache_usage", "warning"),
    critical: 0.95,
    for: 600,
    format: "humanizePercentage",
    what: "The KV cache of the fullest replica is in use to",
    cause: "Long prompts and answers, or more requests at once than the cache holds.",
    action: "Look at preemptions and the queue; lower the number of requests at once, or add a replica.",
  },
  {
    key: "preemptions",
    name: "LLMPreemptions",
    signal: "preemption_rate",
    warning: 0.1,
    critical: 1,
    for: 600,
    format: "humanize",
    what: "Requests put back to make room in the KV cache, per second:",
    cause: "The KV cache is too small for the requests in the batch.",
    action: "Lower the number of requests at once, shorten the longest sequence, or add a replica.",
  },
  {
    key: "gpu-utilization",
    name: "GPUHighUtilization",
    signal: "gpu_utilization",
    by: ["gpu"],
    warning: 0.9,
    critical: 0.95,
    for: 900,
    format: "humanizePercentage",
    what: "A GPU runs something in",
    cause: "Work. It is healthy at 95 % while batches are served.",
    action: "Nothing by itself: look at latency and the queue, which say whether anyone waits.",
  },
  {
    key: "gpu-memory",
    name: "GPUHighMemory",
    signal: "gpu_memory_ratio",
    by: ["gpu"],
    warning: 0.8,
    critical: 0.9,
    for: 600,
    format: "humanizePercentage",
    what: "A GPU's memory is in use to",
    cause: "Weights and caches, what else runs on the GPU, or a leak where it rises all the time.",
    action: "See whether it rises; look at what runs on the GPU; restart what leaks before it fails.",
  },
  {
    key: "host-memory",
    name: "HostHighMemory",
    signal: "host_memory_ratio",
    by: ["host"],
    warning: 0.8,
    critical: 0.9,
    for: 600,
    format: "humanizePercentage",
    what: "A host's memory is in use to",
    cause: "Weights that are loaded, caches in the host's memory, or a leak.",
    action:
      "See whether it rises; find the process; restart what leaks before the kernel ends something else.",
  },
  {
    key: "xid",
    name: "GPUXidError",
    signal: "gpu_xid",
    by: ["gpu", "type"],
    critical: 0,
    for: 0,
    format: "humanize",
    what: "A GPU's driver reported an XID error; GPUs with it:",
    cause: "A program, the driver or the hardware, as the number says.",
    action: "Look the number up; drain the node and reset the GPU for those of the hardware.",
  },
  {
    key: "ecc",
    name: "GPUUncorrectedECC",
    signal: "gpu_ecc_uncorrected",
    by: ["gpu"],
    critical: 0,
    for: 0,
    format: "humanize",
    what: "Memory errors of a GPU that could not be corrected:",
    cause: "A faulty cell of the GPU's memory.",
    action: "Drain the node and reset the GPU; replace it if they come back.",
  },
];

/** Engines that take most of a GPU's memory when they start, so that its being full says nothing. */
const reservingEngines: readonly ProfileId[] = [
  "vllm",
  "sglang",
  "tgi",
  "trtllm-serve",
  "lmdeploy",
  "dynamo",
];

/** A replica counts as missed for a day after its last sample. */
const replicaMemory = 86_400;

/**
 * The field's usual rules for one service, as far as it can be measured, in the order of `usualKeys`. Thresholds are
 * strict: exactly 5 % does not fire. `consoleUrl` (without a slash at its end) makes the links to runbooks whole.
 */
export function usualSet(service: MeasuredService, { consoleUrl }: { consoleUrl: string }): UsualRule[] {
  const ofSignals = usualSignalRules.flatMap((rule) => signalRule(service, rule, consoleUrl) ?? []);
  const rules = [...ofSignals, noData(service, consoleUrl), replicaNotReady(service, consoleUrl)];
  return usualKeys.flatMap((key) => rules.find((rule) => rule?.key === key) ?? []);
}

/** The thresholds of the usual set for a signal and quantile, in its base unit, where it has both. */
export function usualLevels(
  signal: SignalId,
  quantile?: number,
): { key: UsualKey; warning: number; critical: number } | undefined {
  const rule = usualSignalRules.find(
    (each) => each.signal === signal && (each.quantile === undefined || each.quantile === quantile),
  );
  return rule?.warning === undefined || rule.critical === undefined
    ? undefined
    : { key: rule.key, warning: rule.warning, critical: rule.critical };
}

/** What the usual set says of a signal: its usual cause and what to do. */
export function usualWords(signal: SignalId): { key: UsualKey; cause: string; action: string } | undefined {
  const rule = usualSignalRules.find((each) => each.signal === signal);
  return rule === undefined ? undefined : { key: rule.key, cause: rule.cause, action: rule.action };
}

function signalRule(
  service: MeasuredService,
  rule: UsualSignalRule,
  consoleUrl: string,
): UsualRule | undefined {
  const by = rule.by ?? [];
  const found = signalExpression(service, { signal: rule.signal, quantile: rule.quantile ?? null, by });
  // An average is compared as well as a percentile, with other thresholds; it is not the usual rule.
  if (found.expr === null || (rule.quantile !== undefined && !found.isHistogram)) return undefined;
  const levels: Level[] = (["warning", "critical"] as const).flatMap((severity) =>
    rule[severity] === undefined ? [] : [{ severity, threshold: rule[severity] }],
  );
  const reserves = service.profiles.some(({ id }) => reservingEngines.includes(id));
  const note =
    rule.key === "gpu-utilization"
      ? "Observed only: a GPU that serves batches is healthy at 95 %."
      : rule.key === "gpu-memory" && reserves
        ? "Observed only: this engine takes most of the memory when it starts (vLLM 90 %)."
        : found.note;
  return {
    ...base(service, rule.key, rule.name, consoleUrl, rule),
    expr: found.expr,
    comparison: ">",
    levels,
    for: rule.for,
    signal: { service: service.name, signal: rule.signal, quantile: rule.quantile ?? null, by: [...by] },
    pages: rule.key !== "gpu-utilization" && !(rule.key === "gpu-memory" && reserves),
    ...(note === undefined ? {} : { note }),
  };
}

/** Fires where nothing of the service has come for five minutes. */
function noData(service: MeasuredService, consoleUrl: string): UsualRule | undefined {
  const evidence = evidenceOf(service);
  if (evidence === undefined) return undefined;
  return {
    ...base(service, "no-data", "LLMNoData", consoleUrl, {
      what: `Nothing has come from ${service.name}`,
      cause: "The service is down, its targets are no longer scraped, or its metrics were renamed.",
      action: "Ask the service's own health endpoint, then look at the targets in Prometheus.",
    }),
    expr: `absent(${evidenceSelector(evidence)})`,
    comparison: null,
    levels: [{ severity: "critical", threshold: null }],
    for: 300,
    signal: null,
    pages: true,
  };
}

/** Fires for each target that the service had within a day and that answers no scrape. */
function replicaNotReady(service: MeasuredService, consoleUrl: string): UsualRule | undefined {
  const evidence = evidenceOf(service);
  if (evidence === undefined) return undefined;
  // `up` has the target's labels alone, and a service may be told by others: which targets are its, its series say.
  const own = `count_over_time(${evidenceSelector(evidence)}[${promDuration(replicaMemory)}])`;
  const jobs = evidence.matchers.filter(({ label }) => label === "job");
  const up = jobs.length === 0 ? "up" : `up{${matchersText(jobs)}}`;
  return {
    ...base(service, "replica-not-ready", "LLMReplicaNotReady", consoleUrl, {
      what: "A replica does not answer: {{ $labels.instance }}",
      cause: "It restarts, loads its weights, is out of memory, or its node is gone.",
      action: "Look at its logs and its node; see that the other replicas carry the traffic.",
    }),
    expr: `${up} == 0 and on (job, instance) ${own}`,
    comparison: null,
    levels: [{ severity: "warning", threshold: null }],
    for: 300,
    signal: null,
    pages: true,
  };
}

/** What the service must show as long as it is there; a gauge first, since counters may begin with their first event. */
function evidenceOf(service: MeasuredService) {
  for (const signal of ["requests_running", "request_rate", "e2e_latency"] as const) {
    const plan = planSignal(
      service,
      { id: signal, service: service.name, signal },
      { start: 0, end: alertWindow, step: alertWindow },
    );
    if (plan.kind === "reads") return plan.evidence;
  }
  return undefined;
}

function base(
  service: MeasuredService,
  key: UsualKey,
  name: string,
  consoleUrl: string,
  { what, cause, action, format }: Pick<UsualSignalRule, "what" | "cause" | "action"> & { format?: string },
): Pick<UsualRule, "id" | "key" | "name" | "keepFiringFor" | "labels" | "annotations"> {
  const value = format === undefined ? "" : ` {{ $value | ${format} }}`;
  return {
    id: `${service.name}/${key}`,
    key,
    name,
    keepFiringFor: 0,
    labels: { service: service.name },
    annotations: {
      summary: `${service.name}: ${what}${value}.`,
      cause,
      action,
      runbook_url: `${consoleUrl}/docs/alerts#${key}`,
    },
  };
}
