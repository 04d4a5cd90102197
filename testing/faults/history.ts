import pg from "pg";
import type { Labels } from "@/lib/alerts/labels";

/** A change of an alert's state. Unix seconds. */
export interface Change {
  to: "pending" | "firing" | "inactive";
  at: number;
}

/** The changes of each label set, oldest first. */
export type History = ReadonlyMap<string, readonly Change[]>;

/** Stands for an alert of these tests among all. */
export const alertKey = ({ alertname, fault, series }: Labels): string => `${alertname} ${fault} ${series}`;

interface Matrix {
  data: { result: { metric: Labels; values: [time: number, value: string][] }[] };
}

/**
 * Reads what a Prometheus that evaluates rules wrote of its alerts within the last hour. An alert has ended one `interval`
 * (seconds) after it was last seen, unless that is not over at `now` (Unix seconds).
 */
export async function prometheusHistory(url: string, interval: number, now: number): Promise<History> {
  const read = async (metric: string) => {
    const query = encodeURIComponent(`${metric}[1h]`);
    const response = await fetch(`${url}/api/v1/query?query=${query}`);
    return ((await response.json()) as Matrix).data.result;
  };
  const [states, since] = await Promise.all([read("ALERTS"), read("ALERTS_FOR_STATE")]);
  const history = new Map<string, Change[]>();
  for (const { metric, values } of since) {
    const key = alertKey(metric);
    const firing = states
      .filter((series) => alertKey(series.metric) === key && series.metric.alertstate === "firing")
      .flatMap((series) => series.values.map(([at]) => at));
    const changes: Change[] = [];
    // The value is since when it is active, and so tells one alert from the next of the same labels.
    for (const activeAt of new Set(values.map(([, value]) => value))) {
      const seen = values.filter(([, value]) => value === activeAt).map(([at]) => at);
      const [first, last] = [seen[0]!, seen.at(-1)!];
      const fired = firing.find((at) => at >= first && at <= last);
      if (fired !== first) changes.push({ to: "pending", at: first });
      if (fired !== undefined) changes.push({ to: "firing", at: fired });
      if (last + 1.5 * interval < now) changes.push({ to: "inactive", at: last + interval });
    }
    history.set(key, changes);
  }
  return history;
}

/** An alert as the console has written it down. */
export interface WrittenAlert {
  id: string;
  labels: Labels;
  transitions: (Change & { isReplayed: boolean })[];
}

/** Reads the console's history of the alerts that have a label `fault`, also those that never fired, oldest first. */
export async function writtenAlerts(databaseUrl: string): Promise<WrittenAlert[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<WrittenAlert>(`
      SELECT alert.id, alert.labels, json_agg(json_build_object(
        'to', transition."to", 'at', extract(epoch FROM transition.at), 'isReplayed', transition."isReplayed"
      ) ORDER BY transition.at, transition.id) AS transitions
      FROM "Alert" AS alert JOIN "AlertTransition" AS transition ON transition."alertId" = alert.id
      WHERE alert.labels ? 'fault' GROUP BY alert.id ORDER BY alert."activeAt"`);
    return rows;
  } finally {
    await client.end();
  }
}

/** The changes of those alerts. */
export function historyOf(alerts: readonly WrittenAlert[]): History {
  const history = new Map<string, Change[]>();
  for (const { labels, transitions } of alerts)
    history.set(alertKey(labels), [...(history.get(alertKey(labels)) ?? []), ...transitions]);
  return history;
}

/** How the changes of one history are found in another. */
export interface Compared {
  expected: number;
  /** Found within one evaluation. */
  found: number;
  /** Found later than that, but in order; the longest delay in seconds. */
  late: number;
  longestDelay: number;
  /** Not found. */
  missing: string[];
  /** In the other only. */
  extra: string[];
}

/** The console keeps timestamps to the millisecond. Seconds. */
const rounding = 0.002;

/**
 * Compares a history with the one that is expected. `interval` is that of the evaluation and `tolerance` how much later a
 * change may be and still be the same, in seconds.
 */
export function compareHistories(
  expected: History,
  actual: History,
  { interval, tolerance }: { interval: number; tolerance: number },
): Compared {
  const compared: Compared = { expected: 0, found: 0, late: 0, longestDelay: 0, missing: [], extra: [] };
  const spelled = (key: string, { to, at }: Change) => `${key} → ${to} at ${at}`;
  for (const key of new Set([...expected.keys(), ...actual.keys()])) {
    const rest = [...(actual.get(key) ?? [])];
    for (const change of expected.get(key) ?? []) {
      compared.expected += 1;
      const index = rest.findIndex(
        ({ to, at }) =>
          to === change.to && at >= change.at - interval - rounding && at <= change.at + tolerance + rounding,
      );
      if (index === -1) {
        compared.missing.push(spelled(key, change));
        continue;
      }
      // What lies before it was not expected, or not there.
      compared.extra.push(...rest.splice(0, index).map((one) => spelled(key, one)));
      const delay = rest.shift()!.at - change.at;
      if (delay <= interval + rounding) compared.found += 1;
      else compared.late += 1;
      compared.longestDelay = Math.max(compared.longestDelay, delay);
    }
    compared.extra.push(...rest.map((one) => spelled(key, one)));
  }
  return compared;
}
