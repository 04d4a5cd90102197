import { holds } from "../evaluation/compare";
import { fingerprintOf, type Labels } from "../labels";
import type { Comparison } from "../rule";
import { alertLabelsOf, type ExpandedSample, stepTier, type TierState } from "../state";

/** One series of the expression over the range. `times` (Unix seconds) and `values` run in parallel. */
export interface ReplaySeries {
  labels: Labels;
  times: readonly number[];
  values: readonly number[];
}

export interface ReplaySpec {
  /** Null where the expression is whole: then each value that is there holds. */
  comparison: Comparison | null;
  threshold: number | null;
  /** Seconds. */
  for: number;
  /** Seconds. */
  keepFiringFor: number;
  /** Most alerts at once. */
  limit: number;
  labels: Labels;
  name: string;
}

/** Evaluations at `start`, `start + interval` … up to `end`; Unix seconds. */
export interface ReplayRange {
  start: number;
  end: number;
  interval: number;
}

/** One alert of a replay; times are Unix seconds. `resolvedAt` is null where the range ends before it does. */
export interface ReplayedAlert {
  labels: Labels;
  pendingAt: number;
  firingAt: number | null;
  resolvedAt: number | null;
}

export interface ReplayResult {
  alerts: ReplayedAlert[];
  evaluations: number;
  /** What an evaluation said that failed, and how many did. */
  errors: ReadonlyMap<string, number>;
}

const noAnnotations: Labels = {};

/** Returns how many evaluations a range holds. */
export const evaluationsIn = ({ start, end, interval }: ReplayRange): number =>
  Math.floor((end - start) / interval + 1e-9) + 1;

/**
 * Takes every evaluation of a range through the state machine that also decides for real. Labels are not expanded: a
 * template in them stays as it is.
 */
export function replay(series: readonly ReplaySeries[], spec: ReplaySpec, range: ReplayRange): ReplayResult {
  const evaluations = evaluationsIn(range);
  const at = (index: number) => range.start + index * range.interval;
  const holding: (ExpandedSample[] | undefined)[] = new Array(evaluations);
  const isHeld = spec.comparison === null ? null : holds[spec.comparison];
  const threshold = spec.threshold ?? Number.NaN;
  for (const { labels, times, values } of series) {
    const own = alertLabelsOf(labels, spec.labels, spec.name);
    const fingerprint = fingerprintOf(own);
    for (let index = 0; index < times.length; index++) {
      const value = values[index]!;
      if (isHeld !== null && !isHeld(value, threshold)) continue;
      const slot = Math.round((times[index]! - range.start) / range.interval);
      if (slot < 0 || slot >= evaluations) continue;
      const sample = { labels: own, annotations: noAnnotations, value, fingerprint };
      const known = holding[slot];
      if (known === undefined) holding[slot] = [sample];
      else known.push(sample);
    }
  }

  const open = new Map<string, ReplayedAlert>();
  const alerts: ReplayedAlert[] = [];
  const errors = new Map<string, number>();
  let state: TierState = new Map();
  for (let index = 0; index < evaluations; index++) {
    const samples = holding[index];
    if (samples === undefined && state.size === 0) continue;
    const step = stepTier(spec, state, at(index), { kind: "vector", samples: samples ?? [] });
    state = step.state;
    if (step.error !== null) errors.set(step.error, (errors.get(step.error) ?? 0) + 1);
    for (const { fingerprint, labels, to, at: time } of step.transitions) {
      let alert = open.get(fingerprint);
      if (alert === undefined) {
        alert = { labels, pendingAt: time, firingAt: null, resolvedAt: null };
        open.set(fingerprint, alert);
        alerts.push(alert);
      }
      if (to === "firing") alert.firingAt ??= time;
      if (to === "inactive") {
        alert.resolvedAt = time;
        open.delete(fingerprint);
      }
    }
  }
  return { alerts, evaluations, errors };
}
