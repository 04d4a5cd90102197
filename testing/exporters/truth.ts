import type { SignalId } from "@/lib/signals/catalogue";
import type { Expected } from "./exporter";
import {
  decodeOf,
  e2eOf,
  failuresIn,
  inPhase,
  meanOf,
  perGap,
  perRequest,
  pooled,
  type Request,
  ratePerSecond,
  sum,
  ttftOf,
  type Workload,
} from "./workload";

/** Requests in the batch and in the queue, on average (Little's law). */
export const runningOf = (load: Workload): number =>
  inPhase(load, (request) => e2eOf(request) - request.queue);
export const waitingOf = (load: Workload): number => inPhase(load, ({ queue }) => queue);

/** Sums over the served requests of one cycle. */
export const promptTokensOf = ({ served }: Workload): number =>
  sum(served.map(({ promptTokens }) => promptTokens));
export const cachedTokensOf = ({ served }: Workload): number =>
  sum(served.map(({ cachedTokens }) => cachedTokens));
export const outputTokensOf = ({ served }: Workload): number =>
  sum(served.map(({ outputTokens }) => outputTokens));

/**
 * What is true of some replicas' load together, by signal and in base units. An exporter expects of these what the
 * server it stands for tells. `callersFault` names the failures that do not count against its availability.
 */
export function truthOf(loads: readonly Workload[], callersFault: readonly string[] = []) {
  const total = (of: (load: Workload) => number): number => sum(loads.map(of));
  const perSecond = (of: (load: Workload) => number): number => total((load) => of(load) * load.perSecond);
  const requests = (of: (request: Request) => number) => ({
    observations: pooled(loads, (load) => perRequest(load, of)),
  });
  const all = perSecond((load) => load.requests.length);
  const failed = perSecond((load) => failuresIn(load));
  const ofCallers = callersFault.reduce((all, type) => all + perSecond((load) => failuresIn(load, type)), 0);
  const types = [...new Set(loads.flatMap((load) => load.requests.flatMap(({ failure }) => failure ?? [])))];
  return {
    request_rate: { value: all },
    success_rate: { value: 1 - failed / all },
    ttft: requests(ttftOf),
    itl: { observations: pooled(loads, perGap) },
    e2e_latency: requests(e2eOf),
    queue_time: requests(({ queue }) => queue),
    prefill_time: requests(({ prefill }) => prefill),
    decode_time: requests(decodeOf),
    inference_time: requests((request) => request.prefill + decodeOf(request)),
    output_tokens_per_request: requests(({ outputTokens }) => outputTokens),
    prompt_tokens_per_request: requests(({ promptTokens }) => promptTokens),
    estimated_e2e: { byEstimate: estimatesOf(loads) },
    error_rate: { value: failed / all },
    availability: { value: 1 - (failed - ofCallers) / all },
    errors_by_type: {
      value: failed,
      byType: Object.fromEntries(types.map((type) => [type, perSecond((load) => failuresIn(load, type))])),
    },
    requests_running: { value: total(runningOf) },
    queue_depth: { value: total(waitingOf) },
    output_token_rate: { value: total((load) => ratePerSecond(load, ({ outputTokens }) => outputTokens)) },
    prompt_token_rate: { value: total((load) => ratePerSecond(load, ({ promptTokens }) => promptTokens)) },
    prefix_cache_hit_ratio: { value: perSecond(cachedTokensOf) / perSecond(promptTokensOf) },
  } satisfies Partial<Record<string, Expected>>;
}

/** Of one population, the gaps between tokens counted rightly give the measured mean exactly. */
function estimatesOf(loads: readonly Workload[]): Record<string, number> {
  const mean = (of: (request: Request) => number): number =>
    meanOf(pooled(loads, (load) => perRequest(load, of)));
  const [ttft, tokens, itl] = [
    mean(ttftOf),
    mean(({ outputTokens }) => outputTokens),
    meanOf(pooled(loads, perGap)),
  ];
  return {
    "TTFT + n × ITL": ttft + tokens * itl,
    "TTFT + (n − 1) × ITL": mean(e2eOf),
    measured: mean(e2eOf),
  };
}

type Truth = ReturnType<typeof truthOf>;

/** Some of the truth, for an exporter that tells no more. */
export const only = <Id extends keyof Truth>(truth: Truth, ...ids: Id[]): Pick<Truth, Id> =>
  Object.fromEntries(ids.map((id) => [id, truth[id]])) as Pick<Truth, Id>;

/** Signals of failures: an engine that counts none has none of them. */
export const failureSignals = [
  "error_rate",
  "errors_by_type",
  "availability",
  "success_rate",
] as const satisfies SignalId[];
