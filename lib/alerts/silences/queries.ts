import "server-only";
import { z } from "zod";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import type { Silence } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { alertmanagerClusters } from "@/lib/notifications/queries";
import {
  type AlertmanagerState,
  covering,
  type ExternalSilence,
  externalSilences,
  externalState,
  forDecisions,
  forViews,
  holdsAt,
} from "../external/queries";
import { type Labels, matches } from "../labels";
import type { CoveringSilence } from "../schema";
import { matcherWords } from "./matcher-words";
import {
  type ConnectedAlertmanager,
  matcherSchema,
  type SilenceMatcher,
  type SilenceView,
  type silencePreviewSchema,
} from "./schema";

const matchersInRow = z.array(matcherSchema);

const matchersOf = ({ matchers }: Pick<Silence, "matchers">): SilenceMatcher[] =>
  matchersInRow.parse(matchers);

/** Whether a silence is still to come, holds, or is over at `now`. */
export function silenceState(
  { startsAt, endsAt, endedAt }: Pick<Silence, "startsAt" | "endsAt" | "endedAt">,
  now: Date,
): SilenceView["state"] {
  if (endedAt !== null || endsAt <= now) return "expired";
  return startsAt > now ? "pending" : "active";
}

type HoldingSilence = CoveringSilence & { matchers: readonly SilenceMatcher[] };

/** The team's silences that hold at `now`, those of the console and of its Alertmanagers. */
async function holdingSilences(actor: Pick<Actor, "teamId">, now: Date): Promise<HoldingSilence[]> {
  const [rows, { silences }] = await Promise.all([
    db().silence.findMany({
      where: { teamId: actor.teamId, startsAt: { lte: now }, endsAt: { gt: now }, endedAt: null },
    }),
    externalSilences(actor.teamId, now, forViews),
  ]);
  return [
    ...rows.map((row) => ({
      id: row.id,
      origin: "console" as const,
      sources: [],
      comment: row.comment,
      createdBy: row.createdBy,
      endsAt: row.endsAt.toISOString(),
      matchers: matchersOf(row),
    })),
    ...silences
      .filter((silence) => holdsAt(silence, now))
      .map(({ id, sources, comment, createdBy, endsAt, matchers }) => ({
        id,
        origin: "alertmanager" as const,
        sources: sources.map(({ name }) => name),
        comment,
        createdBy,
        endsAt: new Date(endsAt).toISOString(),
        matchers,
      })),
  ];
}

/** Returns what says which silences cover an alert with these labels at `now`, wherever they are made. */
export async function silencesByLabels(
  actor: Pick<Actor, "teamId">,
  now: Date,
): Promise<(labels: Labels) => CoveringSilence[]> {
  const holding = await holdingSilences(actor, now);
  return (labels) => covering(holding, labels).map(({ matchers: _, ...silence }) => silence);
}

async function activeLabels(actor: Actor) {
  const rows = await db().alert.findMany({
    where: { teamId: actor.teamId, state: { in: ["pending", "firing"] } },
    select: { id: true, name: true, state: true, severity: true, labels: true },
    orderBy: { activeAt: "desc" },
  });
  return rows.map((row) => ({
    ...row,
    state: row.state as "pending" | "firing",
    labels: row.labels as Record<string, string>,
  }));
}

type ActiveAlerts = readonly { labels: Labels }[];

const countOf = (active: ActiveAlerts, matchers: readonly SilenceMatcher[]): number =>
  active.filter(({ labels }) => matches(labels, matchers)).length;

function view(row: Silence, actor: Actor, now: Date, active: ActiveAlerts): SilenceView {
  const matchers = matchersOf(row);
  const state = silenceState(row, now);
  return {
    id: row.id,
    origin: "console",
    sources: [],
    matchers,
    startsAt: row.startsAt.toISOString(),
    endsAt: (row.endedAt ?? row.endsAt).toISOString(),
    comment: row.comment,
    createdBy: row.createdBy,
    state,
    covers: state === "active" ? countOf(active, matchers) : 0,
    problem: null,
    version: row.version,
    actions: state !== "expired" && can(actor, "silences:write", row) ? ["edit", "expire"] : [],
  };
}

/** What keeps a silence of an Alertmanager from being all that there is to say; null for nothing. */
function problemOf(
  { isUnderstood, sources }: ExternalSilence,
  alertmanagers: readonly AlertmanagerState[],
): string | null {
  if (!isUnderstood)
    return "A regular expression of it is not understood here, so that it mutes nothing here.";
  const having = alertmanagers.filter(({ id }) => sources.some((source) => source.id === id));
  const isSure = having.length === 0 || having.some((alertmanager) => alertmanager.problem === null);
  return isSure
    ? null
    : `As it was when ${having.map(({ name }) => name).join(" and ")} last answered; it counts until it ends.`;
}

function externalView(
  silence: ExternalSilence,
  actor: Actor,
  now: Date,
  active: ActiveAlerts,
  alertmanagers: readonly AlertmanagerState[],
): SilenceView {
  const { id, matchers, startsAt, endsAt, updatedAt, createdBy, comment, sources } = silence;
  const state = externalState(silence, now);
  return {
    id,
    origin: "alertmanager",
    sources: sources.map(({ name }) => name),
    matchers: [...matchers],
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    comment,
    createdBy,
    state,
    covers: holdsAt(silence, now) ? countOf(active, matchers) : 0,
    problem: problemOf(silence, alertmanagers),
    version: Math.floor(updatedAt),
    actions: state !== "expired" && can(actor, "silences:write") ? ["edit", "expire"] : [],
  };
}

/** A silence of the console as a caller sees it at `now`. */
export const silenceView = async (row: Silence, actor: Actor, now: Date): Promise<SilenceView> =>
  view(row, actor, now, await activeLabels(actor));

/** A silence of an Alertmanager, as it was just read, as a caller sees it at `now`. */
export const externalSilenceView = async (
  silence: ExternalSilence,
  actor: Actor,
  now: Date,
): Promise<SilenceView> => externalView(silence, actor, now, await activeLabels(actor), []);

/** The most silences that are gone through for a text. */
const mostSearched = 5_000;

/** A silence among those that are listed: what it is seen as is made of those on the page only. */
interface Listed {
  id: string;
  end: number;
  words: string[];
  view: () => SilenceView;
}

const wordsOf = (
  matchers: readonly SilenceMatcher[],
  { id, comment, createdBy }: Pick<Silence, "id" | "comment" | "createdBy">,
  ...more: string[]
): string[] => [id, comment, createdBy, matchers.map(matcherWords).join(", "), ...more];

const holdsText = ({ words }: Listed, q: string): boolean =>
  q === "" || words.some((text) => text.toLowerCase().includes(q.toLowerCase()));

/**
 * The team's silences, of the console and of its Alertmanagers, the ones that end last first; those that are over are
 * left out unless asked for. An Alertmanager that does not answer is named in `alertmanagers`. Throws `invalid_request`
 * for a cursor that is not one.
 */
export async function listSilences(
  actor: Actor,
  { expired, q = "", origin }: { expired: boolean; q?: string; origin?: SilenceView["origin"] },
  page: { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: SilenceView[]; nextCursor: string | null; alertmanagers: ConnectedAlertmanager[] }> {
  const [, time, id] =
    page.cursor === undefined ? [] : (/^(\d{1,16})\.([0-9a-f-]{36})$/.exec(page.cursor) ?? []);
  if (page.cursor !== undefined && id === undefined) throw foreignCursor();
  const after = id === undefined ? null : { end: Number(time), id };
  const [rows, external, clusters, active] = await Promise.all([
    origin === "alertmanager"
      ? []
      : db().silence.findMany({
          where: {
            teamId: actor.teamId,
            AND: [
              expired ? {} : { endsAt: { gt: now }, endedAt: null },
              after === null
                ? {}
                : {
                    OR: [
                      { endsAt: { lt: new Date(after.end) } },
                      { endsAt: new Date(after.end), id: { lt: after.id } },
                    ],
                  },
            ],
          },
          orderBy: [{ endsAt: "desc" }, { id: "desc" }],
          take: q === "" ? page.limit + 1 : mostSearched,
        }),
    externalSilences(actor.teamId, now, forDecisions),
    alertmanagerClusters(actor.teamId),
    activeLabels(actor),
  ]);
  const { silences, alertmanagers } = external;
  const listed: Listed[] = [
    ...rows.map((row) => ({
      id: row.id,
      end: row.endsAt.getTime(),
      words: wordsOf(matchersOf(row), row),
      view: () => view(row, actor, now, active),
    })),
    ...silences
      .filter(
        (one) =>
          origin !== "console" &&
          (expired || externalState(one, now) !== "expired") &&
          (after === null || one.endsAt < after.end || (one.endsAt === after.end && one.id < after.id)),
      )
      .map((one) => ({
        id: one.id,
        end: one.endsAt,
        words: wordsOf(one.matchers, one, ...one.sources.map(({ name }) => name)),
        view: () => externalView(one, actor, now, active, alertmanagers),
      })),
  ];
  const found = listed
    .filter((one) => holdsText(one, q))
    .sort((a, b) => b.end - a.end || (a.id < b.id ? 1 : -1));
  return {
    ...pageOf(
      found.slice(0, page.limit + 1),
      page.limit,
      (one) => `${one.end}.${one.id}`,
      (one) => one.view(),
    ),
    alertmanagers: alertmanagers.map((one) => connectedAlertmanager(one, alertmanagers, clusters)),
  };
}

/** The members of the cluster of an Alertmanager, itself first; itself alone where no channel names it with others. */
export function clusterOf<Member extends { id: string }>(
  one: Member,
  all: readonly Member[],
  clusters: readonly (readonly string[])[],
): Member[] {
  const ids = clusters.find((members) => members.includes(one.id)) ?? [];
  return [one, ...all.filter(({ id }) => id !== one.id && ids.includes(id))];
}

const connectedAlertmanager = (
  one: AlertmanagerState,
  all: readonly AlertmanagerState[],
  clusters: readonly (readonly string[])[],
): ConnectedAlertmanager => ({
  name: one.name,
  cluster: clusterOf(one, all, clusters)
    .map(({ name }) => name)
    .sort(),
  problem: one.problem,
  readAt: one.readAt === null ? null : new Date(one.readAt).toISOString(),
});

/**
 * The Alertmanager with this name and the other members of its cluster: those that answered when last asked first, then
 * itself before the others. Throws `invalid_request` where there is none.
 */
export async function alertmanagersFor(
  actor: Actor,
  name: string,
  now: Date,
): Promise<Pick<AlertmanagerState, "id" | "name">[]> {
  const [{ alertmanagers }, clusters] = await Promise.all([
    externalSilences(actor.teamId, now, forViews),
    alertmanagerClusters(actor.teamId),
  ]);
  const one = alertmanagers.find((each) => each.name === name);
  if (one === undefined) {
    const names = alertmanagers.map((each) => each.name).join(", ");
    const message =
      names === ""
        ? "No Alertmanager is connected"
        : `There is no Alertmanager "${name}"; there are ${names}`;
    throw invalidFields([{ path: "source", message }]);
  }
  return clusterOf(one, alertmanagers, clusters).sort(
    (a, b) => Number(a.problem !== null) - Number(b.problem !== null),
  );
}

/** A silence that is made in an Alertmanager of the team. Throws `not_found`, and says then which did not answer. */
export async function findExternalSilence(actor: Actor, id: string, now: Date): Promise<ExternalSilence> {
  const { silences, alertmanagers } = await externalSilences(actor.teamId, now, forDecisions);
  const found = silences.find((silence) => silence.id === id);
  if (found !== undefined) {
    const isAway = (source: { id: string }) =>
      alertmanagers.some((one) => one.id === source.id && one.problem !== null);
    return {
      ...found,
      sources: [...found.sources].sort((a, b) => Number(isAway(a)) - Number(isAway(b))),
    };
  }
  const away = alertmanagers.filter((one) => one.problem !== null).map(({ name }) => name);
  throw problem(
    "not_found",
    away.length === 0
      ? "There is no silence with this id."
      : `There is no silence with this id here; ${away.join(" and ")} did not answer.`,
  );
}

/** The most alerts that a preview names; it counts all. */
const mostPreviewed = 50;

/** Which active alerts these matchers would cover now, and which of these are silenced already. */
export async function previewSilence(
  actor: Actor,
  matchers: readonly SilenceMatcher[],
  now: Date,
): Promise<z.infer<typeof silencePreviewSchema>> {
  const [active, silencesOf] = await Promise.all([activeLabels(actor), silencesByLabels(actor, now)]);
  const covered = active
    .filter(({ labels }) => matches(labels, matchers))
    .map((alert) => ({ ...alert, silencedBy: silencesOf(alert.labels).map(({ id }) => id) }));
  return {
    active: covered.length,
    silenced: covered.filter(({ silencedBy }) => silencedBy.length > 0).length,
    alerts: covered.slice(0, mostPreviewed),
  };
}
