import "server-only";
import pLimit from "p-limit";
import { createAlertmanagerClient } from "@/lib/alertmanager/client";
import { db, transaction } from "@/lib/db/client";
import type { Source } from "@/lib/db/generated/client";
import { isInferscopeError } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { upstreamTarget } from "@/lib/sources/targets";
import { endRunOut, recordSeen, type SeenAlert } from "./commands";
import { externalRules } from "./prometheus-rules";
import { externalSilences, externalState, forDecisions } from "./queries";

const sourcesAtOnce = 4;
/** Seconds. */
const timeout = 10;

function numberOf(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text === "" || !Number.isFinite(value) ? null : value;
}

async function seenBy(source: Source, now: Date, signal?: AbortSignal): Promise<SeenAlert[]> {
  const target = await upstreamTarget(source.id);
  if (source.kind === "prometheus")
    return (await externalRules(target, { signal, timeout })).flatMap(({ alerts }) =>
      (alerts ?? []).flatMap(({ state, labels, annotations, activeAt, value }) =>
        state === "inactive"
          ? []
          : [
              {
                labels,
                annotations,
                state,
                value: numberOf(value),
                activeAt: activeAt ? new Date(activeAt) : now,
                generatorUrl: null,
              },
            ],
      ),
    );
  const alerts = await createAlertmanagerClient(target).alerts({ signal, timeout });
  return alerts.map(({ labels, annotations, startsAt, generatorURL }) => ({
    labels,
    annotations,
    state: "firing",
    value: null,
    activeAt: new Date(startsAt),
    generatorUrl: generatorURL ?? null,
  }));
}

/**
 * Brings in the alerts that other systems evaluate: those of every Prometheus, then those of every Alertmanager, so that
 * what a Prometheus tells of is its own. A source that does not answer leaves its alerts as they were. Rejects only when
 * the database does, or `signal` aborts.
 */
export async function readExternalAlerts(now: Date, signal?: AbortSignal): Promise<void> {
  for (const kind of ["prometheus", "alertmanager"] as const) {
    const sources = await db().source.findMany({ where: { kind, validTo: null } });
    const limit = pLimit(sourcesAtOnce);
    const oneAtATime = pLimit(1);
    await Promise.all(
      sources.map((source) =>
        limit(async () => {
          try {
            const seen = await seenBy(source, now, signal);
            signal?.throwIfAborted();
            await oneAtATime(() => transaction((tx) => recordSeen(tx, source, kind, seen, now)));
          } catch (error) {
            if (signal?.aborted || !isInferscopeError(error)) throw error;
            log.warn({
              event: "alerts_not_read",
              source: source.name,
              code: error.code,
              detail: error.detail,
            });
          }
        }),
      ),
    );
  }
}

const announced = new Map<string, string>();

/**
 * Announces when the silences of a team's Alertmanagers are others than at the last look, so that pages show what was done
 * there. The first look of a process only remembers.
 */
export async function announceSilences(now: Date, signal?: AbortSignal): Promise<void> {
  const sources = await db().source.findMany({
    where: { kind: "alertmanager", validTo: null },
    select: { teamId: true },
    distinct: ["teamId"],
  });
  for (const { teamId } of sources) {
    const { silences } = await externalSilences(teamId, now, forDecisions, signal);
    const present = JSON.stringify(
      silences.map((silence) => [silence.id, silence.updatedAt, externalState(silence, now)]).sort(),
    );
    const before = announced.get(teamId);
    announced.set(teamId, present);
    if (before === undefined || before === present) continue;
    await transaction(async (tx) => {
      for (const type of ["silence", "alert"]) await notify(tx, { type, id: teamId });
    });
  }
}

/** Brings in what Prometheus and Alertmanager evaluate, and ends acknowledgements whose time has run out. */
export const externalAlertsLoop: LoopDefinition = {
  name: "external-alerts",
  summary:
    "Brings in alerts that Prometheus and Alertmanager evaluate, and ends acknowledgements that ran out.",
  everySeconds: 15,
  run: async (signal) => {
    const now = new Date();
    await transaction((tx) => endRunOut(tx, now));
    await readExternalAlerts(now, signal);
    await announceSilences(now, signal);
  },
};
