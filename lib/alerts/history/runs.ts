import { fingerprintOf, type Labels } from "../labels";

/** A series of `ALERTS` or `ALERTS_FOR_STATE` at the points of a grid; Unix seconds, ascending. */
export interface AlertSeries {
  labels: Labels;
  times: readonly number[];
  values: readonly number[];
}

/** An alert that fired and ended, as its series show it. Times are Unix seconds. */
export interface PastAlert {
  fingerprint: string;
  labels: Labels;
  activeAt: number;
  firedAt: number;
  resolvedAt: number;
  /** Each happened at its time or at most so many seconds before; null where it is exact. */
  activeWithin: number | null;
  firedWithin: number | null;
  resolvedWithin: number;
  wasPending: boolean;
}

interface Run {
  labels: Labels;
  first: number;
  last: number;
  firedAt: number | null;
  wasPending: boolean;
  /** As the server says it; null where it does not. */
  activeAt: number | null;
}

export interface AlertRuns {
  /** Enters what the series show up to `end`, from where it was entered before. */
  enter(series: readonly AlertSeries[], end: number): void;
  /** What has ended up to the last time that was entered, from the oldest. */
  ended(): PastAlert[];
}

const withoutState = ({ __name__: _, alertstate: __, ...labels }: Labels): Labels => labels;

/**
 * Puts alerts together from their series, read at the points of a grid that are `step` apart. An alert goes on as long as
 * its series has points; where the server says since when it is active (`ALERTS_FOR_STATE`), a gap within which that stays
 * the same, as while the server was away, does not end it. What is active already at the first point, with nothing said of
 * since when, is left out, as is what was only pending. Pure.
 * Source: Prometheus, rules/alerting.go, sample and forStateSample.
 */
export function newAlertRuns(begin: number, step: number): AlertRuns {
  const open = new Map<string, Run>();
  const done = new Map<string, PastAlert[]>();

  function withinOfFiring({ first, firedAt, activeAt }: Run, since: number): number | null {
    if (activeAt === null) return step;
    const sinceActive = firedAt! - since;
    // It may have fired long before the first point.
    const within = firedAt === first && first <= begin ? sinceActive : Math.min(step, sinceActive);
    return within === 0 ? null : within;
  }

  function close(fingerprint: string, run: Run): void {
    const { labels, first, last, firedAt, wasPending, activeAt } = run;
    if (firedAt === null || (activeAt === null && first <= begin)) return;
    const since = Math.min(activeAt ?? first, first);
    const list = done.get(fingerprint) ?? [];
    done.set(fingerprint, list);
    const before = list.at(-1);
    if (
      before !== undefined &&
      activeAt !== null &&
      before.activeAt === since &&
      before.activeWithin === null
    ) {
      before.resolvedAt = last + step;
      return;
    }
    list.push({
      fingerprint,
      labels,
      activeAt: since,
      firedAt,
      resolvedAt: last + step,
      activeWithin: activeAt === null ? step : null,
      firedWithin: withinOfFiring(run, since),
      resolvedWithin: step,
      wasPending,
    });
  }

  return {
    enter(series, end) {
      const byAlert = new Map<
        string,
        { labels: Labels; states: Map<number, "pending" | "firing">; since: Map<number, number> }
      >();
      for (const { labels, times, values } of series) {
        const own = withoutState(labels);
        const fingerprint = fingerprintOf(own);
        const alert = byAlert.get(fingerprint) ?? { labels: own, states: new Map(), since: new Map() };
        byAlert.set(fingerprint, alert);
        if (labels.__name__ === "ALERTS_FOR_STATE")
          times.forEach((time, index) => void alert.since.set(time, values[index]!));
        else
          for (const time of times)
            if (labels.alertstate === "firing" || !alert.states.has(time))
              alert.states.set(time, labels.alertstate === "firing" ? "firing" : "pending");
      }
      for (const [fingerprint, { labels, states, since }] of byAlert)
        for (const [time, state] of [...states].sort(([a], [b]) => a - b)) {
          let run = open.get(fingerprint);
          if (run !== undefined && time > run.last + step * 1.5) {
            close(fingerprint, run);
            run = undefined;
          }
          run ??= {
            labels,
            first: time,
            last: time,
            firedAt: null,
            wasPending: false,
            activeAt: null,
          };
          run.last = time;
          run.activeAt ??= since.get(time) ?? null;
          if (state === "firing") run.firedAt ??= time;
          else if (run.firedAt === null) run.wasPending = true;
          open.set(fingerprint, run);
        }
      for (const [fingerprint, run] of open)
        if (run.last + step * 0.5 < end) {
          close(fingerprint, run);
          open.delete(fingerprint);
        }
    },
    ended: () => [...done.values()].flat().sort((a, b) => a.activeAt - b.activeAt),
  };
}
