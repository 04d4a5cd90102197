import type { Labels } from "./labels";
import type { ActiveAlert, TierState, Transition } from "./state";

/** An alert as it is written down: from when it was active until it ended. Times are Unix seconds. */
export interface LedgerAlert {
  id: string;
  ruleId: string;
  fingerprint: string;
  labels: Labels;
  annotations: Labels;
  value: number;
  state: "pending" | "firing" | "inactive";
  activeAt: number;
  firedAt: number | null;
  keepFiringSince: number | null;
  resolvedAt: number | null;
  seenAt: number;
}

export interface LedgerTransition {
  alertId: string;
  at: number;
  from: Transition["from"];
  to: Transition["to"];
  value: number | null;
  isReplayed: boolean;
}

/** What changed from the first evaluation that was entered to the last. */
export interface LedgerResult {
  created: LedgerAlert[];
  changed: LedgerAlert[];
  transitions: LedgerTransition[];
}

export interface Ledger {
  /** Enters one evaluation of one tier: what changed, and what is active after it. */
  enter(evaluation: {
    ruleId: string;
    at: number;
    transitions: readonly Transition[];
    state: TierState;
    isReplayed: boolean;
  }): void;
  result(): LedgerResult;
}

const keyOf = (ruleId: string, fingerprint: string) => `${ruleId}/${fingerprint}`;

/**
 * Returns a book of alerts that begins with those that are active. Evaluations are entered from the oldest on; an alert that
 * ends and comes back is another one, as in Prometheus. `newId` gives each new alert its id.
 */
export function newLedger(active: readonly LedgerAlert[], newId: () => string): Ledger {
  const open = new Map(active.map((alert) => [keyOf(alert.ruleId, alert.fingerprint), { ...alert }]));
  const isKnown = new Set(active.map(({ id }) => id));
  const created: LedgerAlert[] = [];
  const changed = new Map<string, LedgerAlert>();
  const entered: LedgerTransition[] = [];

  const touch = (alert: LedgerAlert) => {
    if (isKnown.has(alert.id)) changed.set(alert.id, alert);
  };

  return {
    enter({ ruleId, at, transitions, state, isReplayed }) {
      for (const transition of transitions) {
        const key = keyOf(ruleId, transition.fingerprint);
        let alert = open.get(key);
        if (alert === undefined) {
          const now = state.get(transition.fingerprint);
          alert = {
            id: newId(),
            ruleId,
            fingerprint: transition.fingerprint,
            labels: transition.labels,
            annotations: now?.annotations ?? {},
            value: transition.value ?? Number.NaN,
            state: "pending",
            activeAt: transition.at,
            firedAt: null,
            keepFiringSince: null,
            resolvedAt: null,
            seenAt: at,
          };
          created.push(alert);
          open.set(key, alert);
        }
        alert.state = transition.to;
        if (transition.to === "firing") alert.firedAt = transition.at;
        if (transition.to === "inactive") {
          alert.resolvedAt = transition.at;
          open.delete(key);
        }
        touch(alert);
        entered.push({
          alertId: alert.id,
          at: transition.at,
          from: transition.from,
          to: transition.to,
          value: transition.value,
          isReplayed,
        });
      }
      for (const [fingerprint, now] of state) {
        const alert = open.get(keyOf(ruleId, fingerprint));
        if (alert === undefined) continue;
        Object.assign(alert, refreshed(now), { seenAt: at });
        touch(alert);
      }
    },
    result: () => ({ created, changed: [...changed.values()], transitions: entered }),
  };
}

const refreshed = ({
  annotations,
  value,
  state,
  activeAt,
  firedAt,
  keepFiringSince,
}: ActiveAlert): Partial<LedgerAlert> => ({ annotations, value, state, activeAt, firedAt, keepFiringSince });
