import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Labels } from "../labels";
import type { PastAlert } from "./overlap";

/** The latest are taken; a rule that overlaps with more of them shows already. */
const mostAlerts = 2_000;

/**
 * The alerts of other rules that fired in `[start, end]`, Unix seconds, and from when on there is a history of them: since
 * the first rule was made, or the first alert that a source's history was filled back with. Null where there is none.
 */
export async function pastAlerts(
  actor: Actor,
  { start, end, except }: { start: number; end: number; except: string | undefined },
): Promise<{ alerts: PastAlert[]; from: number | null }> {
  const { teamId } = actor;
  const others = except === undefined ? {} : { NOT: { ruleId: except } };
  const [rows, firstRule, firstAlert] = await Promise.all([
    db().alert.findMany({
      where: {
        teamId,
        firedAt: { lte: new Date(end * 1000) },
        OR: [{ resolvedAt: null }, { resolvedAt: { gt: new Date(start * 1000) } }],
        ...others,
      },
      select: { ruleId: true, name: true, labels: true, firedAt: true, resolvedAt: true },
      orderBy: [{ firedAt: "desc" }, { id: "desc" }],
      take: mostAlerts,
    }),
    db().alertRule.findFirst({
      where: { teamId, kind: "alerting", ...(except === undefined ? {} : { id: { not: except } }) },
      select: { validFrom: true },
      orderBy: { validFrom: "asc" },
    }),
    db().alert.findFirst({
      where: { teamId, ...others },
      select: { activeAt: true },
      orderBy: { activeAt: "asc" },
    }),
  ]);
  const seconds = (at: Date) => at.getTime() / 1000;
  const begins = [firstRule?.validFrom, firstAlert?.activeAt].flatMap((at) => (at ? [seconds(at)] : []));
  // What was left out is older than what was taken.
  const left = rows.length === mostAlerts ? seconds(rows.at(-1)!.firedAt!) : Number.NEGATIVE_INFINITY;
  return {
    alerts: rows.map(({ ruleId, name, labels, firedAt, resolvedAt }) => ({
      ruleId,
      name,
      labels: labels as Labels,
      firedAt: seconds(firedAt!),
      resolvedAt: resolvedAt === null ? null : seconds(resolvedAt),
    })),
    from: begins.length === 0 ? null : Math.max(start, left, Math.min(...begins)),
  };
}
