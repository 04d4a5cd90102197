/** An alert of a group, as far as the group's course goes by it. Times in milliseconds. */
export interface GroupedAlert {
  fingerprint: string;
  status: "firing" | "resolved";
  /** When it began to fire. */
  startsAt: number;
  /** When it resolved; null while it fires. */
  endsAt: number | null;
  /** "muted": a silence, or a worse tier of the same that fires. "seen_to": acknowledged or snoozed. */
  muting: "muted" | "seen_to" | null;
  /** When an acknowledgement or snooze runs out; null for none or no end. */
  mutedUntil: number | null;
}

/** What a group knows between two looks. Times in milliseconds; fingerprints sorted. */
export interface GroupState {
  /** When it is looked at next; null while it has no alerts. */
  nextAt: number | null;
  /** Whether it was looked at since it began. */
  hasFlushed: boolean;
  /** When a message of it was last made; null for never. */
  notifiedAt: number | null;
  /** What the last message told of. */
  firing: readonly string[];
  resolved: readonly string[];
  /** Told of as firing, then acknowledged or snoozed: told again once that runs out, or when they resolve. */
  seenTo: readonly string[];
}

/** Times in seconds. */
export interface GroupTiming {
  groupWait: number;
  groupInterval: number;
  repeatInterval: number;
}

export const newGroup: GroupState = {
  nextAt: null,
  hasFlushed: false,
  notifiedAt: null,
  firing: [],
  resolved: [],
  seenTo: [],
};

/**
 * Returns a group after an alert came into it or changed: a new group waits for `groupWait`, or not at all where the
 * alert has fired for longer than that already. Source: Alertmanager, dispatch/dispatch.go, aggrGroup.insert.
 */
export function afterInsert(
  group: GroupState,
  alert: Pick<GroupedAlert, "startsAt">,
  { groupWait }: Pick<GroupTiming, "groupWait">,
  now: number,
): GroupState {
  const wait = groupWait * 1000;
  const begun = group.nextAt === null ? { ...group, nextAt: now + wait, hasFlushed: false } : group;
  return !begun.hasFlushed && alert.startsAt + wait < now
    ? // What is overdue stays known to be.
      { ...begun, nextAt: Math.min(begun.nextAt ?? now, now) }
    : begun;
}

/** One message: what it tells as firing and as resolved. */
export interface GroupMessage {
  reason: "change" | "repeat";
  firing: string[];
  resolved: string[];
}

export interface GroupStep {
  state: GroupState;
  message: GroupMessage | null;
  /** Alerts that are done with: resolved, and told of where there was something to tell. */
  dropped: string[];
}

const isSubset = (some: readonly string[], of: readonly string[]): boolean => {
  const all = new Set(of);
  return some.every((one) => all.has(one));
};

/**
 * Looks at a group whose time has come, and returns what is told and when it is looked at next. It is told of when
 * something fires that the last message did not tell of, when all that was told has resolved, when something resolved
 * while others fire, and again after `repeatInterval`. What is muted is left out.
 *
 * Source: Alertmanager, notify/notify.go (MuteStage, DedupStage) and dispatch/dispatch.go (flush). It differs where
 * that would lose an alert: what resolves while it is muted is no longer taken as told, so that it is told of when it
 * fires again, what is acknowledged is told of when it resolves or the acknowledgement runs out, and what still fired
 * when it was to be told, but was not looked at since no worker was there, is told of as resolved.
 */
export function stepGroup(
  state: GroupState,
  alerts: readonly GroupedAlert[],
  { groupInterval, repeatInterval }: Pick<GroupTiming, "groupInterval" | "repeatInterval">,
  now: number,
): GroupStep {
  const sorted = [...alerts].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const prints = (keep: (alert: GroupedAlert) => boolean) =>
    sorted.filter(keep).map(({ fingerprint }) => fingerprint);
  const dropped = prints(({ status }) => status === "resolved");
  const gone = new Set(dropped);
  const mutedAndGone = new Set(prints((alert) => alert.status === "resolved" && alert.muting === "muted"));

  const firing = prints((alert) => alert.status === "firing" && alert.muting === null);
  const resolved = prints((alert) => alert.status === "resolved" && alert.muting !== "muted");
  const nowSeenTo = new Set(prints((alert) => alert.status === "firing" && alert.muting === "seen_to"));

  const told = state.firing.filter((one) => !mutedAndGone.has(one));
  const setAside = [...state.seenTo, ...told.filter((one) => nowSeenTo.has(one))];
  const before = {
    firing: told.filter((one) => !nowSeenTo.has(one)),
    resolved: state.resolved,
    seenTo: [...new Set(setAside)].filter((one) => !mutedAndGone.has(one)).sort(),
  };

  const isMissed = ({ status, muting, endsAt, fingerprint }: GroupedAlert) =>
    status === "resolved" &&
    muting === null &&
    (endsAt ?? 0) > (state.nextAt ?? now) &&
    !before.firing.includes(fingerprint);
  const reason = sorted.some(isMissed)
    ? "change"
    : reasonToTell(before, { firing, resolved }, state.notifiedAt, repeatInterval, now);
  const after: GroupState =
    reason === null
      ? { ...state, ...before, seenTo: before.seenTo.filter((one) => !gone.has(one)) }
      : {
          ...state,
          notifiedAt: now,
          firing,
          resolved,
          seenTo: before.seenTo.filter((one) => nowSeenTo.has(one)),
        };
  const remains = sorted.length > dropped.length;
  const soonest = sorted
    .filter(({ status, mutedUntil }) => status === "firing" && mutedUntil !== null && mutedUntil > now)
    .reduce((least, { mutedUntil }) => Math.min(least, mutedUntil!), now + groupInterval * 1000);
  return {
    state: { ...after, hasFlushed: true, nextAt: remains ? soonest : null },
    message: reason === null ? null : { reason, firing, resolved },
    dropped,
  };
}

function reasonToTell(
  before: Pick<GroupState, "firing" | "resolved" | "seenTo">,
  { firing, resolved }: { firing: readonly string[]; resolved: readonly string[] },
  notifiedAt: number | null,
  repeatInterval: number,
  now: number,
): GroupMessage["reason"] | null {
  if (firing.length === 0 && resolved.length === 0) return null;
  if (notifiedAt === null) return firing.length > 0 ? "change" : null;
  if (!isSubset(firing, before.firing)) return "change";
  if (firing.length === 0)
    return before.firing.length > 0 || resolved.some((one) => before.seenTo.includes(one)) ? "change" : null;
  if (!isSubset(resolved, before.resolved)) return "change";
  return notifiedAt < now - repeatInterval * 1000 ? "repeat" : null;
}

/** Prometheus's resolvedRetention: for so long a resolved alert is sent again, should an Alertmanager have missed it. */
const RESOLVED_FOR_MS = 15 * 60_000;

/**
 * Looks at what an Alertmanager is told: everything that fires, and what resolved within 15 minutes, at once when it
 * changes and again every `resend` seconds. Nothing is muted, as the Alertmanager does that. Source: Prometheus,
 * rules/alerting.go, sendAlerts and needsSending.
 */
export function stepRelay(
  state: GroupState,
  alerts: readonly GroupedAlert[],
  resend: number,
  now: number,
): GroupStep {
  const sorted = [...alerts].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const prints = (keep: (alert: GroupedAlert) => boolean) =>
    sorted.filter(keep).map(({ fingerprint }) => fingerprint);
  const isOver = ({ status, endsAt, fingerprint }: GroupedAlert) =>
    status === "resolved" &&
    state.resolved.includes(fingerprint) &&
    (endsAt === null || endsAt + RESOLVED_FOR_MS <= now);
  const dropped = prints(isOver);
  const firing = prints(({ status }) => status === "firing");
  const resolved = prints((alert) => alert.status === "resolved" && !isOver(alert));
  const isEmpty = firing.length === 0 && resolved.length === 0;
  const isChange = !isSubset(firing, state.firing) || !isSubset(resolved, state.resolved);
  const isDue = state.notifiedAt === null || state.notifiedAt + resend * 1000 <= now;
  const isTold = !isEmpty && (isChange || isDue);
  return {
    state: {
      ...state,
      hasFlushed: true,
      nextAt: isEmpty ? null : (isTold || state.notifiedAt === null ? now : state.notifiedAt) + resend * 1000,
      ...(isTold ? { notifiedAt: now } : {}),
      firing,
      resolved,
    },
    message: isTold ? { reason: isChange ? "change" : "repeat", firing, resolved } : null,
    dropped,
  };
}
