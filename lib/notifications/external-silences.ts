import "server-only";
import { createAlertmanagerClient } from "@/lib/alertmanager/client";
import { log } from "@/lib/observability/log";
import { currentSources } from "@/lib/sources/queries";
import { upstreamTarget } from "@/lib/sources/targets";
import type { ActiveSilence } from "./muting";

const KEPT_MS = 15_000;
const TIMEOUT_SECONDS = 5;

type Known = { readAt: number; silences: ActiveSilence[] };
const known = new Map<string, Known>();

/**
 * The silences that are made in a team's Alertmanagers and not over, asked for at most every 15 seconds. Of one that
 * does not answer those last read stand: they end when they say. Where none were ever read, none count: being told twice
 * is better than not at all.
 */
export async function externalSilences(
  teamId: string,
  now: Date,
  signal?: AbortSignal,
): Promise<ActiveSilence[]> {
  const sources = await currentSources({ kind: "alertmanager", teamId });
  const read = await Promise.all(sources.map(({ id }) => silencesOfSource(id, now, signal)));
  return read.flat();
}

async function silencesOfSource(
  sourceId: string,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<ActiveSilence[]> {
  const last = known.get(sourceId);
  if (last !== undefined && now.getTime() - last.readAt < KEPT_MS) return last.silences;
  try {
    const client = createAlertmanagerClient(await upstreamTarget(sourceId));
    const silences = (await client.silences({ signal, timeout: TIMEOUT_SECONDS }))
      .filter(({ status }) => status.state !== "expired")
      .map(({ id, matchers, startsAt, endsAt }) => ({
        id,
        matchers,
        startsAt: Date.parse(startsAt),
        endsAt: Date.parse(endsAt),
      }));
    known.set(sourceId, { readAt: now.getTime(), silences });
    return silences;
  } catch (error) {
    signal?.throwIfAborted();
    log.warn({ event: "silences_not_read", source: sourceId, error: String(error) });
    const silences = last?.silences ?? [];
    known.set(sourceId, { readAt: now.getTime(), silences });
    return silences;
  }
}
