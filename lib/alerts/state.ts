import { fingerprintOf, type Labels } from "./labels";

/** An alert that is not inactive. Times are Unix seconds. `labels` include alertname. */
export interface ActiveAlert {
  labels: Labels;
  annotations: Labels;
  value: number;
  state: "pending" | "firing";
  activeAt: number;
  firedAt: number | null;
  /** Since when it fires on although its condition does not hold. */
  keepFiringSince: number | null;
}

export interface ResolvedAlert extends Omit<ActiveAlert, "state"> {
  fingerprint: string;
  resolvedAt: number;
}

/** By fingerprint. */
export type TierState = ReadonlyMap<string, ActiveAlert>;

export interface Sample {
  labels: Labels;
  value: number;
}

/** What a query gave at one time. */
export type Observation = { kind: "vector"; samples: readonly Sample[] } | { kind: "error"; message: string };

/** One result of a tier's query with its templates expanded: `labels` are the alert's. */
export interface ExpandedSample extends Sample {
  annotations: Labels;
  /** Spares the hashing where the caller knows it. */
  fingerprint?: string;
}

export type ExpandedObservation =
  | { kind: "vector"; samples: readonly ExpandedSample[] }
  | { kind: "error"; message: string };

export type AlertState = "inactive" | "pending" | "firing";

export interface Transition {
  fingerprint: string;
  labels: Labels;
  at: number;
  from: AlertState;
  to: AlertState;
  /** Null once it is inactive. */
  value: number | null;
}

export interface TierStep {
  state: TierState;
  transitions: Transition[];
  /** Those that were firing and are no longer. */
  resolved: ResolvedAlert[];
  error: string | null;
}

export interface TierSpec {
  /** Seconds. */
  for: number;
  /** Seconds. */
  keepFiringFor: number;
  /** Most active alerts; 0 for any number. */
  limit: number;
}

export const duplicateLabelSet = "vector contains metrics with the same labelset after applying alert labels";

/**
 * Returns the labels of the alert that a result makes: its own without `__name__`, overlaid with the rule's, whose
 * templates are expanded, and `alertname`. An empty value takes a label away.
 */
export function alertLabelsOf(result: Labels, ruleLabels: Labels, alertname: string): Labels {
  const { __name__: _, ...labels }: Record<string, string> = result;
  return Object.fromEntries(
    Object.entries({ ...labels, ...ruleLabels, alertname }).filter(([, value]) => value !== ""),
  );
}

/**
 * Takes one evaluation of one tier in, exactly as Prometheus's alerting rules do (rules/alerting.go, 3.x).
 *
 * A result makes a pending alert, active from `at`; it fires once it has been active for `for`, in the same evaluation for
 * 0. Without its result a pending alert is gone, a firing one fires on for `keepFiringFor` and is then resolved. A `for`
 * that was raised puts a firing alert back to pending. A query that failed, and two results of one label set, are errors
 * that change nothing; more active alerts than `limit` are one that ends all of them.
 */
export function stepTier(
  spec: TierSpec,
  state: TierState,
  at: number,
  observed: ExpandedObservation,
): TierStep {
  const unchanged = (error: string): TierStep => ({ state, transitions: [], resolved: [], error });
  if (observed.kind === "error") return unchanged(observed.message);

  const found = new Map<string, ExpandedSample>();
  for (const sample of observed.samples) {
    const fingerprint = sample.fingerprint ?? fingerprintOf(sample.labels);
    if (found.has(fingerprint)) return unchanged(duplicateLabelSet);
    found.set(fingerprint, sample);
  }

  const next = new Map<string, ActiveAlert>();
  const transitions: Transition[] = [];
  const resolved: ResolvedAlert[] = [];
  const change = (
    fingerprint: string,
    labels: Labels,
    from: AlertState,
    to: AlertState,
    value: number | null,
  ) => {
    if (from !== to) transitions.push({ fingerprint, labels, at, from, to, value });
  };

  for (const [fingerprint, alert] of state) {
    const sample = found.get(fingerprint);
    if (sample !== undefined) {
      const stepped = aged(
        { ...alert, value: sample.value, annotations: sample.annotations, keepFiringSince: null },
        spec,
        at,
      );
      next.set(fingerprint, stepped);
      change(fingerprint, alert.labels, alert.state, stepped.state, stepped.value);
      continue;
    }
    const keepFiringSince =
      alert.state === "firing" && spec.keepFiringFor > 0 ? (alert.keepFiringSince ?? at) : null;
    if (keepFiringSince !== null && !hasPassed(keepFiringSince, at, spec.keepFiringFor)) {
      const stepped = aged({ ...alert, keepFiringSince }, spec, at);
      next.set(fingerprint, stepped);
      change(fingerprint, alert.labels, alert.state, stepped.state, stepped.value);
      continue;
    }
    change(fingerprint, alert.labels, alert.state, "inactive", null);
    if (alert.state === "firing") resolved.push(resolvedOf(fingerprint, alert, at));
  }
  for (const [fingerprint, { labels, annotations, value }] of found) {
    if (state.has(fingerprint)) continue;
    const alert = aged(
      { labels, annotations, value, state: "pending", activeAt: at, firedAt: null, keepFiringSince: null },
      spec,
      at,
    );
    next.set(fingerprint, alert);
    change(fingerprint, labels, "inactive", alert.state, value);
  }

  if (spec.limit > 0 && next.size > spec.limit) return cleared(spec, state, at, next.size);
  return { state: next, transitions, resolved, error: null };
}

function aged(alert: ActiveAlert, spec: TierSpec, at: number): ActiveAlert {
  const isDue = hasPassed(alert.activeAt, at, spec.for);
  if (alert.state === "pending" && isDue) return { ...alert, state: "firing", firedAt: at };
  if (alert.state === "firing" && !isDue)
    return { ...alert, state: "pending", firedAt: null, keepFiringSince: null };
  return alert;
}

function cleared({ limit }: TierSpec, state: TierState, at: number, count: number): TierStep {
  const entries = [...state];
  return {
    state: new Map(),
    transitions: entries.map(([fingerprint, { labels, state: from }]) => ({
      fingerprint,
      labels,
      at,
      from,
      to: "inactive",
      value: null,
    })),
    resolved: entries.flatMap(([fingerprint, alert]) =>
      alert.state === "firing" ? [resolvedOf(fingerprint, alert, at)] : [],
    ),
    error: `exceeded limit of ${limit} with ${count} alerts`,
  };
}

function resolvedOf(fingerprint: string, { state: _, ...alert }: ActiveAlert, at: number): ResolvedAlert {
  return { ...alert, fingerprint, resolvedAt: at };
}

/** Whether `duration` has passed, to the millisecond: the difference of two times of today is not exact in seconds. */
function hasPassed(since: number, at: number, duration: number): boolean {
  return Math.round((at - since) * 1000) >= Math.round(duration * 1000);
}

/** Prometheus's defaults, in seconds. */
const restorationDefaults = { outageTolerance: 3600, gracePeriod: 600 } as const;

/** What is known of an alert from before an outage: when it was last seen active, and since when it was. Unix seconds. */
export interface BeforeOutage {
  seenAt: number;
  activeAt: number;
}

/**
 * Gives pending alerts the time back that they had been active for before an outage, as Prometheus does after the second
 * evaluation that follows its start (rules/group.go, RestoreForState). `at` is that time; `before` is by fingerprint, from the
 * last sample of `ALERTS_FOR_STATE` or from what was stored, without those that were inactive then.
 *
 * Nothing is restored for a `for` below the grace period, nor what was last seen longer ago than the tolerance. What
 * was due keeps its time, and so fires at the next evaluation. What would have been due within the grace period fires
 * a grace period from now. To everything else the outage does not count.
 */
export function restoreTier(
  spec: Pick<TierSpec, "for">,
  state: TierState,
  at: number,
  before: ReadonlyMap<string, BeforeOutage>,
  { outageTolerance, gracePeriod }: { outageTolerance: number; gracePeriod: number } = restorationDefaults,
): TierState {
  if (spec.for < gracePeriod) return state;
  return new Map(
    [...state].map(([fingerprint, alert]) => {
      const known = before.get(fingerprint);
      if (known === undefined || known.seenAt < at - outageTolerance || known.seenAt > at)
        return [fingerprint, alert];
      // Prometheus keeps both as whole seconds.
      const [seenAt, activeAt] = [Math.floor(known.seenAt), Math.trunc(known.activeAt)];
      const left = spec.for - (seenAt - activeAt);
      if (left <= 0) return [fingerprint, { ...alert, activeAt }];
      if (left < gracePeriod) return [fingerprint, { ...alert, activeAt: at + gracePeriod - spec.for }];
      return [fingerprint, { ...alert, activeAt: activeAt + (at - seenAt) }];
    }),
  );
}
