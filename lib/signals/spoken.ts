import type { SignalId } from "./catalogue";
import type { CounterName, MeanName, Profile, Rename, Spelling } from "./profile";
import { profiles } from "./profiles";
import { isClassicName } from "./promql";
import type { MeasuredService, SpokenProfile } from "./service";

/** Which of a service's profiles answers a signal, and how. */
export interface Spoken {
  profile: Profile;
  spoken: SpokenProfile;
  /** With the names as they are scraped, and without those that this service cannot have. */
  spelling: Spelling;
}

/** A metric's name without the suffix of a histogram's or summary's parts: what `SpokenProfile.metrics` holds. */
export const baseName = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, "");

/** Whether the service exposes a metric, by its scraped name; true where its metrics are not known. */
export function exposes(spoken: SpokenProfile, metric: string): boolean {
  const known = knownOf(spoken);
  return known === undefined || known.has(metric) || known.has(baseName(metric));
}

const knownMetrics = new WeakMap<string[], Set<string>>();

function knownOf({ metrics }: SpokenProfile): Set<string> | undefined {
  if (metrics === undefined) return undefined;
  const known = knownMetrics.get(metrics) ?? new Set(metrics.flatMap((metric) => [metric, baseName(metric)]));
  knownMetrics.set(metrics, known);
  return known;
}

/** The spellings of a signal in a profile, the preferred first. */
export function spellingsOf(profile: Profile, signal: SignalId): Spelling[] {
  const found: Spelling[] = [];
  for (let next = profile.spellings[signal]; next !== undefined; next = next.otherwise) found.push(next);
  return found;
}

/**
 * The first of the service's profiles, in the order of `profiles`, with a spelling whose metrics the service exposes.
 * Where its metrics are not known, the first spelling that no server needs to be told to expose.
 */
export function spokenFor(service: MeasuredService, signal: SignalId): Spoken | undefined {
  for (const profile of profiles) {
    const spoken = service.profiles.find(({ id }) => id === profile.id);
    if (spoken === undefined) continue;
    for (const spelled of spellingsOf(profile, signal)) {
      if (spelled.isOptional && spoken.metrics === undefined) continue;
      const spelling = readableBy(spoken, renamed(spelled, spoken.rename));
      if (alternativesOf(spelling).every((names) => names.some((name) => exposes(spoken, name))))
        return { profile, spoken, spelling };
    }
  }
  return undefined;
}

/** The metrics that a spelling needs: of each list one, as they are named in it. */
export function alternativesOf(spelling: Spelling): string[][] {
  switch (spelling.kind) {
    case "histogram":
      return [spelling.histograms];
    case "counter":
      return [namesOf(spelling.counters)];
    case "mean":
      return meanAlternatives(spelling);
    case "summary":
      return [spelling.metrics];
    case "failures":
      return [namesOf(spelling.total)];
    case "estimate":
      return [spelling.ttft, spelling.itl, spelling.tokens, spelling.e2e].flatMap(meanAlternatives);
    case "labels":
      return [[spelling.metric]];
    case "expression":
      return [spelling.metrics];
  }
}

const namesOf = (counters: readonly CounterName[]): string[] =>
  counters.filter(({ isAdded }) => !isAdded).map(({ metric }) => metric);

const meanAlternatives = ({ sum, count }: MeanName): string[][] => [namesOf(sum), namesOf(count)];

/** A metric's name as a pipeline rewrote it. */
export const renamedMetric = (metric: string, rename: Rename | undefined): string =>
  rename !== undefined && metric.startsWith(rename.from)
    ? `${rename.to}${metric.slice(rename.from.length)}`
    : metric;

/** A spelling with its metrics named as a pipeline rewrote them. */
export function renamed(spelling: Spelling, rename: Rename | undefined): Spelling {
  if (rename === undefined) return spelling;
  const name = (metric: string): string => renamedMetric(metric, rename);
  return withNames(spelling, (names) => names.map(name), name);
}

/**
 * A spelling without the names that a server from before Prometheus 3 could not parse, unless the service is known to
 * expose them; those that it is known to lack are kept, since it may have had them in the window.
 */
function readableBy(spoken: SpokenProfile, spelling: Spelling): Spelling {
  const known = knownOf(spoken);
  const isReadable = (metric: string): boolean =>
    isClassicName(metric) || known?.has(metric) === true || known?.has(baseName(metric)) === true;
  return withNames(
    spelling,
    (names) => names.filter(isReadable),
    (metric) => metric,
  );
}

function withNames(
  spelling: Spelling,
  names: (names: string[]) => string[],
  name: (metric: string) => string,
): Spelling {
  const counters = (list: readonly CounterName[]): CounterName[] =>
    list.flatMap((counter) => names([counter.metric]).map((metric) => ({ ...counter, metric })));
  const mean = ({ sum, count }: MeanName): MeanName => ({ sum: counters(sum), count: counters(count) });
  switch (spelling.kind) {
    case "histogram":
      return { ...spelling, histograms: names(spelling.histograms) };
    case "counter":
      return { ...spelling, counters: counters(spelling.counters) };
    case "mean":
      return { ...spelling, ...mean(spelling) };
    case "summary":
      return { ...spelling, metrics: names(spelling.metrics) };
    case "failures":
      return { ...spelling, failures: counters(spelling.failures), total: counters(spelling.total) };
    case "estimate": {
      const { ttft, itl, tokens, e2e } = spelling;
      return { ...spelling, ttft: mean(ttft), itl: mean(itl), tokens: mean(tokens), e2e: mean(e2e) };
    }
    case "labels":
      return { ...spelling, metric: name(spelling.metric) };
    case "expression":
      return {
        ...spelling,
        metrics: spelling.metrics.map(name),
        expression: spelling.expression.replace(/[a-zA-Z_:][a-zA-Z0-9_:]*(?=\{)/g, name),
      };
  }
}
