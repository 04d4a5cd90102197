import "server-only";
import { z } from "zod";
import { systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Source } from "@/lib/db/generated/client";
import { type FieldError, invalidFields, problem } from "@/lib/errors";
import { endServicesOf, reopenServicesOf } from "@/lib/services/commands";
import { certificateProblem } from "./certificates";
import { type Credentials, editedCredentials } from "./credentials";
import { isSameHost, isSameUrl } from "./host";
import { credentialStateOf, limitsIn, sourceView } from "./queries";
import type { SourceView } from "./schema";
import {
  sourceAddressSchema,
  sourceInputSchema,
  sourceKindFacts,
  sourceKindSchema,
  sourcePatchSchema,
} from "./schema";
import { openCredentials, resealed, sealCredentials } from "./stored-credentials";
import { forgetTarget } from "./targets";

/** The command, after which this process reads the source anew. */
const forgetting =
  <Arguments extends unknown[]>(run: (...given: Arguments) => Promise<SourceView>) =>
  async (...given: Arguments): Promise<SourceView> => {
    const source = await run(...given);
    forgetTarget(source.id);
    return source;
  };

/** What the audit log and the revisions hold of a source: its state without secrets. */
function auditedState(source: Source, credentials: string = credentialStateOf(source)) {
  return {
    kind: source.kind,
    name: source.name,
    url: source.url,
    authentication: source.authentication,
    headers: source.headerNames,
    credentials,
    ca: source.ca,
    limits: limitsIn(source),
    fromEnvironment: source.fromEnvironment,
  };
}

/**
 * Names are unique among the sources that are valid now, which no index can say. All changes of sources go one after
 * the other; there are few.
 */
async function lockSources(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('inferscope.sources'))`;
}

async function nameIsTaken(
  tx: Transaction,
  teamId: string,
  name: string,
  exceptId?: string,
): Promise<boolean> {
  const other = await tx.source.findFirst({
    where: { teamId, name, validTo: null, ...(exceptId === undefined ? {} : { id: { not: exceptId } }) },
    select: { id: true },
  });
  return other !== null;
}

/** Tenants of one Mimir share its URL and differ in a header. What does not open counts as no header. */
const tenantOf = (credentials: Credentials | null): string =>
  JSON.stringify(Object.entries(credentials?.headers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Throws `conflict` when a source that is valid now has the same kind, URL and headers: all would be counted twice. */
async function refuseSecondOf(
  tx: Transaction,
  source: { teamId: string; kind: Source["kind"]; url: string },
  credentials: Credentials | null,
  exceptId?: string,
): Promise<void> {
  const others = await tx.source.findMany({
    where: { teamId: source.teamId, kind: source.kind, validTo: null },
  });
  const same = others.find(
    (other) =>
      other.id !== exceptId &&
      isSameUrl(other.url, source.url) &&
      tenantOf(openCredentials(other)) === tenantOf(credentials),
  );
  if (same !== undefined)
    throw problem(
      "conflict",
      `The source ${same.name} has this URL already. A second one would show everything twice; for another tenant, add its header.`,
    );
}

function refuse(fields: FieldError[]): void {
  if (fields.length > 0) throw invalidFields(fields);
}

const missingSentence = (path: string): string =>
  path === "authentication.token"
    ? "Enter the token"
    : path === "authentication.username"
      ? "Enter the user name"
      : path === "authentication.password"
        ? "Enter the password"
        : "Enter the header's value";

const certificateFields = (ca: string | null | undefined): FieldError[] => {
  const wrong = ca == null ? null : certificateProblem(ca);
  return wrong === null ? [] : [{ path: "ca", message: wrong }];
};

/** Forgets what the checks found: it was about another address or other credentials. */
const unchecked = { checkedAt: null, reachable: null, problem: null } as const;

/**
 * Adds a source. Throws `invalid_request` with the fields when the name is taken or a credential is missing, and
 * `conflict` when one of its kind has its URL and headers.
 */
export const addSource = command({
  permission: "sources:write",
  input: sourceInputSchema,
  run: async (tx, actor, input) => {
    await lockSources(tx);
    const fields = certificateFields(input.ca);
    if (await nameIsTaken(tx, actor.teamId, input.name))
      fields.push({ path: "name", message: `A source is already called ${input.name}` });
    const edited = editedCredentials({ authentication: "none", headerNames: [] }, null, input);
    fields.push(...edited.missing.map((path) => ({ path, message: missingSentence(path) })));
    refuse(fields);
    await refuseSecondOf(tx, { ...input, teamId: actor.teamId }, edited.credentials);
    const created = await tx.source.create({
      data: {
        teamId: actor.teamId,
        kind: input.kind,
        name: input.name,
        url: input.url,
        authentication: edited.authentication,
        headerNames: edited.headerNames,
        ca: input.ca,
        limits: input.limits,
      },
    });
    // The row's id is part of what the ciphertext is bound to.
    const secret = sealCredentials(created.id, edited.credentials);
    const source =
      secret === null ? created : await tx.source.update({ where: { id: created.id }, data: { secret } });
    return {
      result: sourceView(source, actor),
      changes: [
        {
          type: "source",
          id: source.id,
          name: source.name,
          action: "sources:add",
          before: null,
          after: auditedState(source),
        },
      ],
    };
  },
});

/**
 * Changes a source. What is left out stays; so do credentials that are left out, unless scheme, host or port of the
 * URL change: then they are forgotten, and the source asks for them again where none are given. Throws
 * `precondition_failed` with the current state when `version` is not the present one.
 */
export const editSource = forgetting(
  command({
    permission: "sources:write",
    input: z.object({ id: z.string(), version: z.number().int().optional(), patch: sourcePatchSchema }),
    run: async (tx, actor, { id, version, patch }) => {
      await lockSources(tx);
      const before = await tx.source.findFirst({ where: { id, teamId: actor.teamId } });
      if (before === null) throw problem("not_found", "There is no source with this id.");
      if (before.validTo !== null)
        throw problem("conflict", "This source was removed. Restore it before changing it.");
      if (version !== undefined && version !== before.version)
        throw problem("precondition_failed", "Someone changed this source since you read it.", {
          current: sourceView(before, actor),
        });

      const fields = certificateFields(patch.ca);
      if (patch.name !== undefined && (await nameIsTaken(tx, actor.teamId, patch.name, id)))
        fields.push({ path: "name", message: `A source is already called ${patch.name}` });
      const url = patch.url ?? before.url;
      if (before.fromEnvironment && url !== before.url)
        fields.push({
          path: "url",
          message: `Set by ${sourceKindFacts[before.kind].variable}; change it there and restart`,
        });
      const sameHost = isSameHost(before.url, url);
      const edited = editedCredentials(before, sameHost ? openCredentials(before) : null, patch);
      fields.push(...edited.missing.map((path) => ({ path, message: missingSentence(path) })));
      refuse(fields);
      if (url !== before.url || patch.headers !== undefined)
        await refuseSecondOf(tx, { ...before, url }, edited.credentials, id);

      // A value that does not open now may open again once its key is back, so an edit of the name alone leaves it.
      const touchesCredentials =
        !sameHost || patch.authentication !== undefined || patch.headers !== undefined;
      const { count } = await tx.source.updateMany({
        where: { id, version: before.version, validTo: null },
        data: {
          name: patch.name,
          url,
          ca: patch.ca,
          limits: patch.limits,
          ...(touchesCredentials
            ? {
                authentication: edited.authentication,
                headerNames: edited.headerNames,
                secret: sealCredentials(id, edited.credentials),
              }
            : {}),
          ...(touchesCredentials || url !== before.url || patch.ca !== undefined ? unchecked : {}),
          version: { increment: 1 },
        },
      });
      const after = await tx.source.findUniqueOrThrow({ where: { id } });
      if (count === 0)
        throw problem("precondition_failed", "Someone changed this source since you read it.", {
          current: sourceView(after, actor),
        });
      return {
        result: sourceView(after, actor),
        changes: [
          {
            type: "source",
            id,
            name: after.name,
            action: "sources:edit",
            before: auditedState(before),
            after: auditedState(after, edited.replaced ? "replaced" : undefined),
          },
        ],
      };
    },
  }),
);

/** Ends a source and its services: nothing is read from it from now on, what was decided about it stays, and it can be restored. */
export const removeSource = forgetting(
  command({
    permission: "sources:write",
    input: z.object({ id: z.string(), version: z.number().int().optional(), now: z.date() }),
    run: async (tx, actor, { id, version, now }) => {
      await lockSources(tx);
      const before = await tx.source.findFirst({ where: { id, teamId: actor.teamId } });
      if (before === null) throw problem("not_found", "There is no source with this id.");
      if (before.validTo !== null) throw problem("conflict", "This source is removed already.");
      if (before.fromEnvironment)
        throw problem(
          "conflict",
          `This source is set by ${sourceKindFacts[before.kind].variable}. Unset the variable and restart; then it can be removed.`,
        );
      if (version !== undefined && version !== before.version)
        throw problem("precondition_failed", "Someone changed this source since you read it.", {
          current: sourceView(before, actor),
        });
      const after = await tx.source.update({
        where: { id },
        data: { validTo: now, version: { increment: 1 } },
      });
      return {
        result: sourceView(after, actor),
        changes: [
          {
            type: "source",
            id,
            name: before.name,
            action: "sources:remove",
            before: auditedState(before),
            after: null,
          },
          ...(await endServicesOf(tx, before, now)),
        ],
      };
    },
  }),
);

/**
 * Brings a removed source back, and the services that ended with it. Throws `conflict` when it is not removed, or its
 * name was given to another or its URL to one of its kind.
 */
export const restoreSource = forgetting(
  command({
    permission: "sources:write",
    input: z.object({ id: z.string() }),
    run: async (tx, actor, { id }) => {
      await lockSources(tx);
      const before = await tx.source.findFirst({ where: { id, teamId: actor.teamId } });
      if (before === null) throw problem("not_found", "There is no source with this id.");
      if (before.validTo === null) throw problem("conflict", "This source is not removed.");
      if (await nameIsTaken(tx, actor.teamId, before.name))
        throw problem("conflict", `Another source is called ${before.name} now. Rename that one first.`);
      await refuseSecondOf(tx, before, openCredentials(before), id);
      const after = await tx.source.update({
        where: { id },
        data: { validTo: null, ...unchecked, version: { increment: 1 } },
      });
      return {
        result: sourceView(after, actor),
        changes: [
          {
            type: "source",
            id,
            name: after.name,
            action: "sources:restore",
            before: null,
            after: auditedState(after),
          },
          ...(await reopenServicesOf(tx, before, before.validTo)),
        ],
      };
    },
  }),
);

/**
 * Makes the source that an environment variable names: the one of its kind that came from the environment moves to the
 * given URL, one with the same URL is taken over, else one is added. Changes nothing the second time. Without a URL the
 * source becomes an administrator's own, who may then edit or remove it.
 */
export const ensureEnvironmentSource = command({
  permission: "sources:write",
  input: z.object({
    kind: sourceKindSchema,
    url: sourceAddressSchema.nullable(),
    credentials: z.object({ username: z.string(), password: z.string() }).nullable(),
  }),
  run: async (tx, actor, { kind, url, credentials }) => {
    await lockSources(tx);
    const current = await tx.source.findMany({
      where: { teamId: actor.teamId, kind, validTo: null },
      orderBy: { validFrom: "asc" },
    });
    const before =
      current.find((source) => source.fromEnvironment) ?? current.find((source) => source.url === url);

    if (url === null) {
      if (before === undefined || !before.fromEnvironment) return { result: null, changes: [] };
      const after = await tx.source.update({
        where: { id: before.id },
        data: { fromEnvironment: false, version: { increment: 1 } },
      });
      return {
        result: after.id,
        changes: [
          {
            type: "source",
            id: after.id,
            name: after.name,
            before: auditedState(before),
            after: auditedState(after),
          },
        ],
      };
    }

    const authentication = credentials === null ? undefined : { type: "basic" as const, ...credentials };
    if (before !== undefined) {
      const sameHost = isSameHost(before.url, url);
      const kept = sameHost ? openCredentials(before) : null;
      const holdsThem =
        authentication === undefined ||
        (before.authentication === "basic" &&
          kept?.username === authentication.username &&
          kept.password === authentication.password);
      if (before.fromEnvironment && before.url === url && holdsThem)
        return { result: before.id, changes: [] };
      const edited = editedCredentials(before, kept, { authentication });
      const touchesCredentials = !sameHost || !holdsThem;
      const after = await tx.source.update({
        where: { id: before.id },
        data: {
          url,
          fromEnvironment: true,
          ...(touchesCredentials
            ? {
                authentication: edited.authentication,
                headerNames: edited.headerNames,
                secret: sealCredentials(before.id, edited.credentials),
              }
            : {}),
          ...unchecked,
          version: { increment: 1 },
        },
      });
      return {
        result: after.id,
        changes: [
          {
            type: "source",
            id: after.id,
            name: after.name,
            before: auditedState(before),
            after: auditedState(after, touchesCredentials && edited.replaced ? "replaced" : undefined),
          },
        ],
      };
    }

    let name: string = kind;
    for (let number = 2; await nameIsTaken(tx, actor.teamId, name); number += 1) name = `${kind}-${number}`;
    const edited = editedCredentials({ authentication: "none", headerNames: [] }, null, { authentication });
    const created = await tx.source.create({
      data: {
        teamId: actor.teamId,
        kind,
        name,
        url,
        fromEnvironment: true,
        authentication: edited.authentication,
      },
    });
    const secret = sealCredentials(created.id, edited.credentials);
    const source =
      secret === null ? created : await tx.source.update({ where: { id: created.id }, data: { secret } });
    return {
      result: source.id,
      changes: [
        {
          type: "source",
          id: source.id,
          name,
          action: "sources:add",
          before: null,
          after: auditedState(source),
        },
      ],
    };
  },
});

/** Seals every source's credentials with the newest key; returns how many were not. What does not open is left. */
export async function resealSources(): Promise<number> {
  return resealAll(systemActor("reencrypt-credentials"), {});
}

const resealAll = command({
  permission: "sources:write",
  input: z.object({}),
  run: async (tx) => {
    await lockSources(tx);
    const changes = [];
    for (const source of await tx.source.findMany({ where: { secret: { not: null } } })) {
      const secret = resealed(source);
      if (secret === null) continue;
      await tx.source.update({ where: { id: source.id }, data: { secret } });
      changes.push({
        type: "source",
        id: source.id,
        name: source.name,
        action: "sources:reencrypt",
        before: { credentials: "sealed with an older key" },
        after: { credentials: "sealed with the newest key" },
        revision: false as const,
      });
    }
    return { result: changes.length, changes };
  },
});
