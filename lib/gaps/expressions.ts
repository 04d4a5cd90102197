import { spokenFor } from "@/lib/signals/plan";
import { profileOf } from "@/lib/signals/profiles";
import { promDuration, selector } from "@/lib/signals/promql";
import type { MeasuredService, SpokenProfile } from "@/lib/signals/service";

/** The label by which Prometheus tells targets apart. */
export const targetLabel = "instance";

/** What is asked of the source about a service's gaps. */
export interface GapExpressions {
  /** The metric by which the service is known, for a sentence. */
  metric: string;
  /** How many targets were scraped within the window, and how many of them answered. */
  scraped: string;
  answered: string;
  /** The targets that did not. */
  down: string;
  /** How many series of the metric have a sample within the window. */
  present: string;
  /** How many processes say when they began. */
  processes: string;
  /** When a process began, of those that began within the range. */
  began: string;
  /** The targets one of whose request counters fell within the window; undefined where requests are not counted. */
  fell: string | undefined;
}

/** A service may have thousands of targets: of those that went wrong so many are looked at, at each time. */
const mostTargets = 50;

/**
 * Returns the expressions for a service and a range from `start` (Unix seconds), undefined for a service that speaks no
 * profile. `window` (seconds) must hold a scrape wherever it ends. Only what went wrong is asked for by target.
 */
export function gapExpressions(
  service: MeasuredService,
  { start, window }: { start: number; window: number },
): GapExpressions | undefined {
  const spoken = servingProfile(service);
  const metric = spoken && profileOf(spoken.id).sentinels[0];
  if (spoken === undefined || metric === undefined) return undefined;
  const within = (name: string, more?: string) =>
    `${selector(name, spoken.matchers, more)}[${promDuration(window)}]`;
  const began = "process_start_time_seconds";
  return {
    metric,
    scraped: `count(max_over_time(${within("up")}))`,
    answered: `sum(max_over_time(${within("up")}))`,
    down: `topk(${mostTargets}, max by (${targetLabel}) (max_over_time(${within("up")})) == 0)`,
    present: `count(count_over_time(${within(metric)}))`,
    processes: `count(count_over_time(${within(began)}))`,
    // Not where it changed: between the two processes there may be minutes without a sample, as a model is loaded.
    began: `topk(${mostTargets}, max by (${targetLabel}) (last_over_time(${within(began)})) > ${start})`,
    fell: fallExpression(service, window),
  };
}

function fallExpression(service: MeasuredService, window: number): string | undefined {
  const found = spokenFor(service, "request_rate");
  if (found?.spelling.kind !== "counter") return undefined;
  const falls = found.spelling.counters.map(
    ({ metric, matchers }) =>
      `resets(${selector(metric, found.spoken.matchers, matchers)}[${promDuration(window)}])`,
  );
  return `topk(${mostTargets}, max by (${targetLabel}) (${falls.join(" or ")}) > 0)`;
}

/** The profile that makes it a service: that of its engine, or of its application. */
function servingProfile(service: MeasuredService): SpokenProfile | undefined {
  const of = (layer: string) => service.profiles.find(({ id }) => profileOf(id).layer === layer);
  return of("engine") ?? of("application") ?? service.profiles[0];
}
