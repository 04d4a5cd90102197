import type { Labels } from "../labels";
import type { ReplayedAlert } from "./replay";

/** An alert of a rule that is there already, as its history has it. Times are Unix seconds. */
export interface PastAlert {
  /** Null for one that a Prometheus or an Alertmanager told of. */
  ruleId: string | null;
  name: string;
  labels: Labels;
  firedAt: number;
  /** Null while it fires. */
  resolvedAt: number | null;
}

/** How much of the time in which a rule would have fired another was firing too. */
export interface Overlap {
  /** Null where it would not have fired in that time. */
  share: number | null;
  /** Those that were, the most first. */
  rules: { ruleId: string | null; name: string; share: number }[];
}

type Span = readonly [from: number, to: number];

const most = 5;

/** What tells one alert of a thing from another of the same thing, rather than the thing. */
const ownLabels = new Set(["alertname", "severity"]);

/** Whether two alerts can be of the same thing: no label that both have says otherwise. */
const mayBeSame = (a: Labels, b: Labels): boolean =>
  Object.entries(a).every(
    ([name, value]) => ownLabels.has(name) || b[name] === undefined || b[name] === value,
  );

/** Seconds that spans cover together. */
function covered(spans: readonly Span[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

/**
 * Returns which share of the time that a replay fired in, within `[from, end]`, an alert of another rule was firing whose
 * labels do not say that it is of something else. Times are summed over the replay's series.
 */
export function overlapOf(
  replayed: readonly ReplayedAlert[],
  past: readonly PastAlert[],
  { from, end }: { from: number; end: number },
): Overlap {
  let firing = 0;
  let shared = 0;
  const byRule = new Map<string, { ruleId: string | null; name: string; seconds: number }>();
  for (const { labels, firingAt, resolvedAt } of replayed) {
    if (firingAt === null) continue;
    const [start, stop] = [Math.max(firingAt, from), Math.min(resolvedAt ?? end, end)];
    if (stop <= start) continue;
    firing += stop - start;
    const spans = new Map<string, { of: PastAlert; spans: Span[] }>();
    for (const alert of past) {
      const span = [Math.max(alert.firedAt, start), Math.min(alert.resolvedAt ?? end, stop)] as const;
      if (span[1] <= span[0] || !mayBeSame(labels, alert.labels)) continue;
      const key = alert.ruleId ?? `told ${alert.name}`;
      const known = spans.get(key);
      if (known === undefined) spans.set(key, { of: alert, spans: [span] });
      else known.spans.push(span);
    }
    shared += covered([...spans.values()].flatMap((each) => each.spans));
    for (const [key, { of, spans: own }] of spans) {
      const known = byRule.get(key) ?? { ruleId: of.ruleId, name: of.name, seconds: 0 };
      known.seconds += covered(own);
      byRule.set(key, known);
    }
  }
  if (firing === 0) return { share: null, rules: [] };
  return {
    share: shared / firing,
    rules: [...byRule.values()]
      .sort((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1))
      .slice(0, most)
      .map(({ ruleId, name, seconds }) => ({ ruleId, name, share: seconds / firing })),
  };
}
