import { alignToStep } from "@/lib/prometheus/step";
import type { Service } from "@/lib/services/schema";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalQuery, SignalResult, SignalsRequest } from "@/lib/signals/schema";
import { format } from "@/lib/units";
import { isTargetMet, type Measured } from "./bound";
import { doubtFindings } from "./doubts";
import { queryId } from "./overview";
import {
  besideTarget,
  type Finding,
  lastValue,
  recentValue,
  severityOf,
  timesThreshold,
} from "./overview-state";
import { recentGrid } from "./recent";

/** The numbers that justify a service's state; a percentile where there is one. */
export const homeNumbers = [
  { id: "ttft", signal: "ttft", quantile: 0.95 },
  { id: "itl", signal: "itl", quantile: 0.95 },
  { id: "e2e", signal: "e2e_latency", quantile: 0.95 },
  { id: "availability", signal: "availability" },
] as const satisfies readonly { id: string; signal: SignalId; quantile?: number }[];
export type HomeNumberId = (typeof homeNumbers)[number]["id"];

/** An hour shows a trend and is cheap to read for many services. Seconds. */
const RANGE = 3_600;
export const HOME_STEP = 60;
/** What is now is asked for this often, so that viewers share it. Seconds. */
export const RECENT_STEP = 30;
/** What one request may ask for. */
const MOST_QUERIES = 64;

type Listed = Pick<Service, "id" | "signals" | "versions" | "scrapeInterval">;

/** What is asked of one service over the last hour; of signals it does not measure nothing is. */
function queriesOf({ id: service, signals: measurable, versions }: Listed): SignalQuery[] {
  const queries: SignalQuery[] = [];
  const add = (owner: string, name: string, query: Omit<SignalQuery, "id" | "service">) => {
    if (measurable.includes(query.signal)) queries.push({ id: queryId(owner, name), service, ...query });
  };
  add("request-rate", "rate", { signal: "request_rate" });
  add("queue-depth", "waiting", { signal: "queue_depth" });
  add("gpu", "utilization", { signal: "gpu_utilization" });
  if (versions.length > 1) add("versions", "rate", { signal: "request_rate", by: ["version"] });
  return queries;
}

/** What a service's numbers are now, as the overview asks for it. */
const recentQueriesOf = ({ id: service, signals: measurable }: Listed): SignalQuery[] =>
  homeNumbers
    .filter(({ signal }) => measurable.includes(signal))
    .map((number) => ({
      id: queryId(number.id, "recent"),
      service,
      signal: number.signal,
      shape: "summary",
      ...("quantile" in number ? { quantiles: [number.quantile] } : {}),
    }));

/**
 * The requests that read all of the services: of each its numbers now whole in one, the rest whole in another. `now` in
 * unix seconds.
 */
export function homeRequests(services: readonly Listed[], now: number): SignalsRequest[] {
  const end = alignToStep(now, HOME_STEP);
  const requests: SignalsRequest[] = [];
  const add = (grid: Omit<SignalsRequest, "queries">, queries: SignalQuery[]) => {
    if (queries.length === 0) return;
    const open = requests.findLast(({ start }) => start === grid.start);
    if (open !== undefined && open.queries.length + queries.length <= MOST_QUERIES)
      open.queries.push(...queries);
    else requests.push({ ...grid, queries });
  };
  for (const service of services) {
    add({ start: end - RANGE, end, step: HOME_STEP }, queriesOf(service));
    // As long as now is for a source that is scraped this often.
    add(recentGrid(now, service.scrapeInterval, RECENT_STEP), recentQueriesOf(service));
  }
  // Not by the service's name, which may be longer than an id.
  for (const request of requests)
    request.queries = request.queries.map((query, index) => ({ ...query, id: `${index}.${query.id}` }));
  return requests;
}

/** Answers by service, each by what it was asked as: `ttft.course`. */
export function homeResults(
  requests: readonly SignalsRequest[],
  answers: readonly (readonly SignalResult[] | undefined)[],
): Map<string, Map<string, SignalResult>> {
  const found = new Map<string, Map<string, SignalResult>>();
  for (const [index, request] of requests.entries()) {
    const results = new Map(answers[index]?.map((result) => [result.id, result]));
    for (const { id, service } of request.queries) {
      const result = results.get(id);
      if (result === undefined) continue;
      const own = found.get(service) ?? new Map<string, SignalResult>();
      own.set(id.slice(id.indexOf(".") + 1), result);
      found.set(service, own);
    }
  }
  return found;
}

/** A number as it is now; undefined where it is not measured or nothing happened. */
export function homeNumber(
  results: ReadonlyMap<string, SignalResult>,
  id: HomeNumberId,
): Measured | undefined {
  const number = homeNumbers.find((one) => one.id === id)!;
  return recentValue(results.get(queryId(id, "recent")), "quantile" in number ? number.quantile : undefined);
}

/**
 * What is to be said of a service, worst first; never empty. Its targets are judged by the last five minutes, its queue
 * by the last value. Healthy is said only where something could be judged.
 */
export function homeFindings(
  service: Pick<Service, "reachable" | "source">,
  results: ReadonlyMap<string, SignalResult>,
): Finding[] {
  if (service.reachable === false)
    return [
      {
        state: "cannot_evaluate",
        text: `${service.source} does not answer`,
      },
    ];
  const failed = [...results.values()].find(({ status }) => status === "error");
  if (failed !== undefined)
    return [{ state: "cannot_evaluate", text: failed.error?.detail ?? "A data source did not answer." }];

  const findings: Finding[] = [];
  let judged = 0;
  for (const number of homeNumbers) {
    const definition = signals[number.signal];
    const now = homeNumber(results, number.id);
    if (definition.target === undefined || now === undefined) continue;
    const isMet = isTargetMet(definition, now);
    if (isMet === undefined) continue;
    judged += 1;
    if (isMet) continue;
    const name = `${definition.shortTitle}${"quantile" in number ? ` p${percentile(number.quantile)}` : ""}`;
    findings.push({
      state: severityOf(definition, now),
      text: `${name} ${besideTarget(now, definition)}`,
      times: timesThreshold(definition, now.value, definition.target.value),
    });
  }
  const depth = lastValue(results.get(queryId("queue-depth", "waiting")));
  if (depth !== undefined) {
    judged += 1;
    const reached = (signals.queue_depth.thresholds ?? []).filter(({ value }) => depth >= value).at(-1);
    if (reached !== undefined)
      findings.push({
        state: reached.severity,
        text: `${format(depth, "requests")} waiting, over ${format(reached.value, "requests")}`,
        times: depth / reached.value,
      });
  }
  findings.push(...doubtFindings(results));
  if (lastValue(results.get(queryId("request-rate", "rate"))) === 0)
    findings.push({ state: "no_data", text: "No traffic" });
  if (findings.length > 0) return findings.sort(compareFindings);
  if (judged > 0) return [{ state: "ok", text: "Healthy" }];
  if (results.size === 0 || [...results.values()].some(({ status }) => status === "ok"))
    return [{ state: "cannot_evaluate", text: "Nothing that has a target is measured" }];
  const empty = [...results.values()].find(({ reason }) => reason !== undefined);
  return [{ state: "no_data", text: empty?.reason?.text ?? "Nothing was measured in the last hour" }];
}

/** Sources that do not answer, each once, with what is the matter and how many services cannot be judged for it. */
export function silentSources(
  services: readonly Pick<Service, "reachable" | "problem" | "source">[],
): { source: string; problem: string | null; services: number }[] {
  const silent = new Map<string, { source: string; problem: string | null; services: number }>();
  for (const { reachable, source, problem } of services) {
    if (reachable !== false) continue;
    silent.set(source, { source, problem, services: (silent.get(source)?.services ?? 0) + 1 });
  }
  return [...silent.values()];
}

const order: Finding["state"][] = ["critical", "warning", "cannot_evaluate", "no_data", "ok"];

/** The worse first: by state, then by how far beyond its threshold it is. */
function compareFindings(a: Finding, b: Finding): number {
  const [first, second] = [a.times ?? 0, b.times ?? 0];
  return order.indexOf(a.state) - order.indexOf(b.state) || (first === second ? 0 : first < second ? 1 : -1);
}

/**
 * The order of services, worst first: by their worst finding (state, then how many times its threshold), then by name.
 * One that was not read yet comes last.
 */
export function compareServices(
  a: { id: string; findings: readonly Finding[] | undefined },
  b: { id: string; findings: readonly Finding[] | undefined },
): number {
  const [first, second] = [a.findings?.[0], b.findings?.[0]];
  const known = Number(first === undefined) - Number(second === undefined);
  const worse = first === undefined || second === undefined ? known : compareFindings(first, second);
  return worse || a.id.localeCompare(b.id, "en", { numeric: true });
}

/** What share of the requests each version answers now, 0–1, the largest first; empty without traffic. */
export function trafficShares(
  results: ReadonlyMap<string, SignalResult>,
): { version: string; share: number }[] {
  const result = results.get(queryId("versions", "rate"));
  if (result?.status !== "ok") return [];
  const rates = result.series.flatMap((series) => {
    const value = lastValue({ ...result, series: [series] });
    return value === undefined || series.labels.version === undefined || value <= 0
      ? []
      : [{ version: series.labels.version, value }];
  });
  const total = rates.reduce((sum, { value }) => sum + value, 0);
  return rates
    .map(({ version, value }) => ({ version, share: value / total }))
    .sort((a, b) => b.share - a.share);
}
