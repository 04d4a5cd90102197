import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { createAlertmanagerClient, type Silence } from "@/lib/alertmanager/client";
import { systemActor } from "@/lib/auth/actor";
import { isInferscopeError } from "@/lib/errors";
import { log } from "@/lib/observability/log";
import { currentSources } from "@/lib/sources/queries";
import { upstreamTarget } from "@/lib/sources/targets";
import { onBehalfOf } from "@/lib/upstream/caller";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { type Labels, type Matcher, matches } from "../labels";

/** A silence that is made in an Alertmanager. Times in milliseconds. */
export interface ExternalSilence {
  id: string;
  matchers: readonly Matcher[];
  startsAt: number;
  endsAt: number;
  /** When it was made or last changed. */
  updatedAt: number;
  createdBy: string;
  comment: string;
  /** As it was there when it was read. */
  state: Silence["status"]["state"];
  /** False where a matcher has a regular expression that is not understood here; then it mutes nothing here. */
  isUnderstood: boolean;
  /** The connected Alertmanagers that have it: the members of a cluster tell each other. */
  sources: readonly { id: string; name: string }[];
}

type ReadSilence = Omit<ExternalSilence, "sources">;

/** What is known of a connected Alertmanager. */
export interface AlertmanagerState {
  id: string;
  name: string;
  /** Why its silences could not be read; null where they were. */
  problem: string | null;
  /** When they were last read, milliseconds; null for never. */
  readAt: number | null;
}

/** How old what is known may be, and how long news is waited for: milliseconds. */
export interface Patience {
  kept: number;
  wait: number;
  /** The same of one that did not answer last time. */
  waitWhileAway: number;
}

/** For what is looked at all the time, and must not wait for a server that hangs. */
export const forViews: Patience = { kept: 5_000, wait: 2_000, waitWhileAway: 0 };
/** For what is decided by them: who is told, and what is to be changed. */
export const forDecisions: Patience = { kept: 2_000, wait: 6_000, waitWhileAway: 6_000 };

const TIMEOUT_SECONDS = 5;
/** One that does not answer is not asked again before. */
const RETRY_MS = 15_000;

interface Known {
  url: string | null;
  triedAt: number;
  readAt: number | null;
  problem: string | null;
  silences: readonly ReadSilence[];
  reading: Promise<void> | null;
}

// On globalThis, since pages and routes are bundled apart, and what one of them changes the other must see.
const holder = globalThis as unknown as { inferscopeSilences?: LRUCache<string, Known> };
holder.inferscopeSilences ??= new LRUCache({ max: 500 });
const known = holder.inferscopeSilences;

const unread = (): Known => ({
  url: null,
  triedAt: Number.NEGATIVE_INFINITY,
  readAt: null,
  problem: null,
  silences: [],
  reading: null,
});

/** Has the silences of these sources read anew at the next look, after one was changed there. */
export function forgetSilences(sourceIds: readonly string[]): void {
  for (const id of sourceIds) {
    const state = known.get(id);
    if (state !== undefined) known.set(id, { ...state, triedAt: Number.NEGATIVE_INFINITY, reading: null });
  }
}

/**
 * The silences of a team's Alertmanagers, over ones included for as long as those keep them, each once, and what is
 * known of each Alertmanager. Of one that does not answer, those last read stand until they end; where none were ever
 * read, none count: being told twice is better than not at all. Rejects only with the signal's reason on an abort.
 */
export async function externalSilences(
  teamId: string,
  now: Date,
  patience: Patience,
  signal?: AbortSignal,
): Promise<{ silences: ExternalSilence[]; alertmanagers: AlertmanagerState[] }> {
  const sources = await currentSources({ kind: "alertmanager", teamId });
  const states = await Promise.all(
    sources.map(async ({ id, name }) => ({
      id,
      name,
      state: await stateOf(id, name, now.getTime(), patience, signal),
    })),
  );
  const byId = new Map<string, ExternalSilence>();
  for (const { id, name, state } of states)
    for (const silence of state.silences) {
      const other = byId.get(silence.id);
      // Members of a cluster tell each other of a change a moment later, and one that is away not at all.
      const newest = other === undefined || silence.updatedAt > other.updatedAt ? silence : other;
      byId.set(silence.id, { ...newest, sources: [...(other?.sources ?? []), { id, name }] });
    }
  return {
    silences: [...byId.values()],
    alertmanagers: states.map(({ id, name, state: { problem, readAt } }) => ({ id, name, problem, readAt })),
  };
}

async function stateOf(
  id: string,
  name: string,
  now: number,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<Known> {
  let state = known.get(id) ?? unread();
  const isAway = state.problem !== null;
  const isRecent = Math.abs(now - state.triedAt) < (isAway ? RETRY_MS : patience.kept);
  if (state.reading === null && isRecent) return state;
  if (state.reading === null) {
    // What the database says of it is read for whoever asks; the server itself is asked for all who do.
    const target = await upstreamTarget(id).catch((error: unknown) => {
      if (!isInferscopeError(error)) throw error;
      return error;
    });
    if (target instanceof Error) {
      state = { ...state, triedAt: now, problem: target.detail };
      known.set(id, state);
      return state;
    }
    state = known.get(id) ?? state;
    if (state.url !== null && state.url !== target.url) state = unread();
    if (state.reading === null) {
      state = { ...state, url: target.url };
      state.reading = onBehalfOf(systemActor("silences"), () => readInto(id, name, target, state, now));
      known.set(id, state);
    }
  }
  const wait = isAway ? patience.waitWhileAway : patience.wait;
  if (wait > 0) {
    const waiting = new AbortController();
    const isOver = signal === undefined ? waiting.signal : AbortSignal.any([waiting.signal, signal]);
    await Promise.race([
      state.reading,
      delay(wait, undefined, { signal: isOver }).catch(() => signal?.throwIfAborted()),
    ]).finally(() => waiting.abort());
  }
  return known.get(id) ?? state;
}

async function readInto(
  id: string,
  name: string,
  target: UpstreamTarget,
  before: Known,
  now: number,
): Promise<void> {
  let after: Known;
  try {
    const read = await createAlertmanagerClient(target).silences({ timeout: TIMEOUT_SECONDS });
    const silences = read.map(readSilence);
    after = { url: target.url, triedAt: now, readAt: now, problem: null, silences, reading: null };
  } catch (error) {
    const problem = isInferscopeError(error) ? error.detail : String(error);
    log.warn({ event: "silences_not_read", source: name, error: problem });
    after = { ...before, triedAt: now, problem, reading: null };
  }
  // One that was forgotten meanwhile is read again by whoever looks next: this may be from before the change.
  if (known.get(id) === before) known.set(id, after);
}

/** A silence as an Alertmanager tells it, as it counts here. */
export function readSilence({
  id,
  matchers,
  startsAt,
  endsAt,
  updatedAt,
  createdBy,
  comment,
  status,
}: Silence): ReadSilence {
  return {
    id,
    matchers,
    startsAt: Date.parse(startsAt),
    endsAt: Date.parse(endsAt),
    updatedAt: Date.parse(updatedAt),
    createdBy,
    comment,
    state: status.state,
    isUnderstood: isUnderstood(matchers),
  };
}

function isUnderstood(matchers: readonly Matcher[]): boolean {
  try {
    // Each by itself: together the first that does not hold would keep the others from being read.
    for (const matcher of matchers) matches({}, [matcher]);
    return true;
  } catch {
    return false;
  }
}

/** Whether a silence of an Alertmanager is still to come, holds, or is over at `now`. Its clock may differ from ours. */
export function externalState(
  { startsAt, endsAt, state }: Pick<ReadSilence, "startsAt" | "endsAt" | "state">,
  now: Date,
): Silence["status"]["state"] {
  if (state === "expired" || endsAt <= now.getTime()) return "expired";
  return state === "active" || startsAt <= now.getTime() ? "active" : "pending";
}

/** Whether it mutes at `now` what it matches. */
export const holdsAt = (silence: ReadSilence, now: Date): boolean =>
  silence.isUnderstood && externalState(silence, now) === "active";

/** The silences that mute an alert with these labels, of such that are understood. */
export const covering = <S extends { matchers: readonly Matcher[] }>(
  silences: readonly S[],
  labels: Labels,
): S[] => silences.filter(({ matchers }) => matches(labels, matchers));
