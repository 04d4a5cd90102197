import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import type { Source } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { type CredentialState, credentialState } from "./credentials";
import { type SourceKind, type SourceLimits, type SourceView, sourceLimitsSchema } from "./schema";
import { openCredentials } from "./stored-credentials";

/** Whether the source's credentials are at hand, as this process's keys can tell. */
export const credentialStateOf = (source: Source): CredentialState =>
  credentialState(source, openCredentials(source));

function actionsFor(source: Source, actor: Actor): SourceView["actions"] {
  if (!can(actor, "sources:write", source)) return [];
  if (source.validTo !== null) return ["restore"];
  return source.fromEnvironment ? ["edit"] : ["edit", "remove"];
}

/** The source's own limits; none where they cannot be read, so that the configuration holds. */
export const limitsIn = ({ limits }: Pick<Source, "limits">): SourceLimits =>
  sourceLimitsSchema.safeParse(limits).data ?? {};

/** What a caller is shown of a source: everything but its secrets. */
export function sourceView(source: Source, actor: Actor): SourceView {
  const credentials = credentialStateOf(source);
  return {
    id: source.id,
    kind: source.kind,
    name: source.name,
    url: source.url,
    authentication: source.authentication,
    headers: source.headerNames,
    credentials,
    ca: source.ca,
    limits: limitsIn(source),
    fromEnvironment: source.fromEnvironment,
    version: source.version,
    validFrom: source.validFrom.toISOString(),
    validTo: source.validTo?.toISOString() ?? null,
    checkedAt: source.checkedAt?.toISOString() ?? null,
    reachable: credentials === "asked_again" ? false : source.reachable,
    problem: credentials === "asked_again" ? askedAgainSentence(source.name) : source.problem,
    found: typeof source.found === "string" ? source.found : null,
    actions: actionsFor(source, actor),
  };
}

/** Why a source whose credentials are not at hand is not asked. */
export const askedAgainSentence = (name: string): string =>
  `The credentials of ${name} have to be entered again: its host changed, or the encryption key that sealed them is gone.`;

/** The team's sources, by name; the removed ones instead, newest removal first. */
export async function listSources(
  actor: Actor,
  filter: { kind?: SourceKind; removed?: boolean } = {},
): Promise<SourceView[]> {
  const sources = await db().source.findMany({
    where: {
      teamId: actor.teamId,
      kind: filter.kind,
      validTo: filter.removed ? { not: null } : null,
    },
    orderBy: filter.removed ? { validTo: "desc" } : { name: "asc" },
  });
  return sources.map((source) => sourceView(source, actor));
}

/** One source, removed ones included. Throws `not_found`. */
export async function getSource(actor: Actor, id: string): Promise<SourceView> {
  const source = await db().source.findFirst({ where: { id, teamId: actor.teamId } });
  if (source === null) throw problem("not_found", "There is no source with this id.");
  return sourceView(source, actor);
}

/** A source that is read from now, for features that go over all of a kind. */
export type CurrentSource = {
  id: string;
  teamId: string;
  kind: SourceKind;
  name: string;
  /** Null before the first check. */
  reachable: boolean | null;
  problem: string | null;
};

/** Every source that is valid now, of one kind or of all, by name; over all teams when none is given. */
export async function currentSources(
  filter: { kind?: SourceKind; teamId?: string } = {},
): Promise<CurrentSource[]> {
  return db().source.findMany({
    where: { ...filter, validTo: null },
    orderBy: { name: "asc" },
    select: { id: true, teamId: true, kind: true, name: true, reachable: true, problem: true },
  });
}
