import "server-only";
import type { Change } from "@/lib/audit/record";
import type { Transaction } from "@/lib/db/client";
import type { Prisma, Service } from "@/lib/db/generated/client";

/** What the audit log keeps of a service. Instances come and go with every scaling, so they are left out. */
export const auditedService = (
  service: Pick<Service, "name" | "engines" | "profiles" | "models" | "versions">,
) => ({
  name: service.name,
  engines: service.engines,
  profiles: service.profiles,
  models: service.models,
  versions: service.versions,
});

/** Makes everything that gives or frees a team's service names wait for its turn, until the transaction ends. */
export async function lockServices(tx: Transaction, teamId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`services:${teamId}`}))`;
}

/** Ends the services that are valid and match; answers the changes for the audit log. Call with the services locked. */
export async function endServices(
  tx: Transaction,
  where: Prisma.ServiceWhereInput & { sourceId: string },
  now: Date,
): Promise<Change[]> {
  const ending = await tx.service.findMany({ where: { ...where, validTo: null } });
  await tx.service.updateMany({
    where: { id: { in: ending.map(({ id }) => id) }, validTo: null },
    data: { validTo: now },
  });
  return ending.map((service) => ({
    type: "service",
    id: service.id,
    name: service.name,
    action: "services:end",
    before: auditedService(service),
    after: null,
  }));
}

/** Ends every service of a source that is removed `now`, and answers the changes. */
export async function endServicesOf(
  tx: Transaction,
  source: { id: string; teamId: string },
  now: Date,
): Promise<Change[]> {
  await lockServices(tx, source.teamId);
  return endServices(tx, { sourceId: source.id }, now);
}

/**
 * Brings back the services that ended with their source at `endedAt`, and answers the changes. One whose name was given
 * to another meanwhile stays ended; discovery finds it anew under another name.
 */
export async function reopenServicesOf(
  tx: Transaction,
  source: { id: string; teamId: string },
  endedAt: Date,
): Promise<Change[]> {
  await lockServices(tx, source.teamId);
  const ended = await tx.service.findMany({ where: { sourceId: source.id, validTo: endedAt } });
  const taken = await tx.service.findMany({
    where: { teamId: source.teamId, validTo: null, name: { in: ended.map(({ name }) => name) } },
    select: { name: true },
  });
  const takenNames = new Set(taken.map(({ name }) => name));
  const back = ended.filter(({ name }) => !takenNames.has(name));
  await tx.service.updateMany({ where: { id: { in: back.map(({ id }) => id) } }, data: { validTo: null } });
  return back.map((service) => ({
    type: "service",
    id: service.id,
    name: service.name,
    action: "services:reopen",
    before: null,
    after: auditedService(service),
  }));
}
