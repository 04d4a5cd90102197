import { type Telling, tellingsOf } from "./api";
import type { ConsoleAndWitness } from "./console-and-witness";
import {
  alertKey,
  type Compared,
  compareHistories,
  type History,
  historyOf,
  prometheusHistory,
  type WrittenAlert,
  writtenAlerts,
} from "./history";

/** What became of the alerts of one fault. */
export interface FaultRow {
  fault: string;
  history: Compared;
  /** How many messages each receiver should have: one that it fires and one that it resolved for each alert that fired. */
  expected: number;
  /** Of those, what nobody needs; see {@link mergedTellings}. */
  merged: number;
  told: { receiver: string; arrived: number; lost: string[]; doubled: number }[];
}

/**
 * What nobody needs to be told: that an alert resolved and that the same fires again, where both were found afterwards. It was
 * told as firing, and it is.
 */
function mergedTellings(alerts: readonly WrittenAlert[]): Set<Telling> {
  const merged = new Set<Telling>();
  const last = new Map<string, WrittenAlert>();
  for (const alert of alerts.filter(hasFired)) {
    const before = last.get(alertKey(alert.labels));
    if (before?.transitions.some(({ to, isReplayed }) => to === "inactive" && isReplayed)) {
      merged.add(`${before.id} resolved`);
      merged.add(`${alert.id} firing`);
    }
    last.set(alertKey(alert.labels), alert);
  }
  return merged;
}

const hasFired = ({ transitions }: WrittenAlert) => transitions.some(({ to }) => to === "firing");

/**
 * Compares the history of each fault with the witness's, and what receivers took with what they should have. `tolerance` says by
 * how many seconds a change of a fault may be late and still be the same; `interval` is that of the evaluation.
 */
export async function faultRows(
  faults: ReadonlyMap<string, { tolerance: number }>,
  interval: number,
  { postgres, witness, api, receivers }: ConsoleAndWitness,
): Promise<FaultRow[]> {
  const alerts = await writtenAlerts(postgres.url);
  const expected = await prometheusHistory(witness.url, interval, Date.now() / 1000);
  const actual = historyOf(alerts);
  const merged = mergedTellings(alerts);
  const messages = await tellingsOf(api);
  return [...faults].map(([fault, { tolerance }]) => {
    const of = (history: History): History =>
      new Map([...history].filter(([key]) => key.includes(` ${fault} `)));
    const own = alerts.filter((alert) => alert.labels.fault === fault && hasFired(alert));
    const ids = new Map(own.map(({ id, labels }) => [id, alertKey(labels)]));
    const keyOf = (telling: Telling) => ids.get(telling.split(" ")[0]!);
    const wanted = own
      .flatMap(({ id }): Telling[] => [`${id} firing`, `${id} resolved`])
      .filter((telling) => !merged.has(telling));
    const fired = [...of(expected).values()].flat().filter(({ to }) => to === "firing").length;
    const mergedHere = [...merged].filter(keyOf).length;
    return {
      fault,
      history: compareHistories(of(expected), of(actual), { interval, tolerance }),
      expected: 2 * fired - mergedHere,
      merged: mergedHere,
      told: Object.values(receivers).map((receiver) => {
        const tellings = receiver
          .taken()
          .flatMap((id) => messages.get(id) ?? [])
          .filter(keyOf);
        const distinct = new Set(tellings);
        // What is over before anyone could be told comes as resolved only, with since when it fired.
        const isTold = (telling: Telling) =>
          distinct.has(telling) ||
          (keyOf(telling)!.endsWith(" blips") && distinct.has(`${telling.split(" ")[0]!} resolved`));
        return {
          receiver: receiver.name,
          arrived: wanted.filter(isTold).length,
          lost: wanted
            .filter((telling) => !isTold(telling))
            .map((telling) => `${keyOf(telling)} ${telling.split(" ")[1]}`),
          doubled: tellings.length - distinct.size,
        };
      }),
    };
  });
}

/** The rows as a table to read; doubled messages by receiver, in their order. */
export function faultTable(rows: readonly FaultRow[]): string {
  const line = (first: string, ...cells: string[]) =>
    [first.padEnd(20), ...cells.map((cell) => cell.padStart(14))].join("");
  return [
    line("killed", "transitions", "in history", "of them late", "messages", "arrived", "lost", "doubled"),
    ...rows.map(({ fault, history, expected, told }) =>
      line(
        fault,
        String(history.expected),
        String(history.found + history.late),
        history.late === 0 ? "0" : `${history.late} (${history.longestDelay.toFixed(0)} s)`,
        `${told.length} × ${expected}`,
        told.map(({ arrived }) => arrived).join(", "),
        told.map(({ lost }) => lost.length).join(", "),
        told.map(({ doubled }) => doubled).join(", "),
      ),
    ),
    `Receivers: ${rows[0]?.told.map(({ receiver }) => receiver).join(", ")}.`,
  ].join("\n");
}
