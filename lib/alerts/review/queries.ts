import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import type { Review } from "./schema";

/** Rules of each list. */
const most = 20;

/** Alerts from before their source was added: nobody could have acted on them, and their times are not exact. */
const isOfOldHistory = Prisma.sql`EXISTS (
  SELECT 1 FROM "AlertTransition" AS transition
  WHERE transition."alertId" = alert.id AND transition.within IS NOT NULL)`;

/**
 * How alerts were handled in the days before `now`: mean times to acknowledge and to resolve, from firing on, over the
 * alerts that fired in it; which rules were noisiest, which never fired, and which fired with nobody acting on them.
 */
export async function alertReview(actor: Actor, days: number, now: Date): Promise<Review> {
  const start = new Date(now.getTime() - days * 86_400_000);
  const [figures] = await db().$queryRaw<
    {
      fired: number;
      acknowledged: number;
      resolved: number;
      meanTimeToAcknowledge: number | null;
      meanTimeToResolve: number | null;
    }[]
  >`
    SELECT count(*)::int AS fired, count(ack.first)::int AS acknowledged, count(alert."resolvedAt")::int AS resolved,
      avg(extract(epoch FROM greatest(ack.first, alert."firedAt") - alert."firedAt"))
        FILTER (WHERE ack.first IS NOT NULL)::float8 AS "meanTimeToAcknowledge",
      avg(extract(epoch FROM alert."resolvedAt" - alert."firedAt"))::float8 AS "meanTimeToResolve"
    FROM "Alert" AS alert
    LEFT JOIN LATERAL (SELECT min(at) AS first FROM "Acknowledgement" WHERE "alertId" = alert.id) AS ack ON true
    WHERE alert."teamId" = ${actor.teamId} AND alert."firedAt" >= ${start} AND alert."firedAt" < ${now}
      AND NOT ${isOfOldHistory}`;
  const byRule = await db().$queryRaw<
    {
      ruleId: string | null;
      name: string;
      fired: number;
      firingSeconds: number;
      acknowledged: number;
      actedOn: number;
    }[]
  >`
    SELECT alert."ruleId", alert.name, count(*)::int AS fired,
      sum(extract(epoch FROM coalesce(alert."resolvedAt", ${now}::timestamptz) - alert."firedAt"))::float8
        AS "firingSeconds",
      count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM "Acknowledgement" AS ack WHERE ack."alertId" = alert.id))::int AS acknowledged,
      count(*) FILTER (WHERE alert.assignee IS NOT NULL OR alert."snoozedUntil" IS NOT NULL
        OR EXISTS (SELECT 1 FROM "Acknowledgement" AS ack WHERE ack."alertId" = alert.id)
        OR EXISTS (SELECT 1 FROM "AlertRemark" AS remark WHERE remark."alertId" = alert.id))::int AS "actedOn"
    FROM "Alert" AS alert
    WHERE alert."teamId" = ${actor.teamId} AND alert."firedAt" >= ${start} AND alert."firedAt" < ${now}
      AND NOT ${isOfOldHistory}
    GROUP BY alert."ruleId", alert.name
    ORDER BY fired DESC, "firingSeconds" DESC`;
  const neverFired = await db().alertRule.findMany({
    where: {
      teamId: actor.teamId,
      kind: "alerting",
      validTo: null,
      validFrom: { lt: start },
      alerts: { none: { firedAt: { gte: start } } },
    },
    select: { id: true, name: true, validFrom: true },
    orderBy: { name: "asc" },
    take: most,
  });
  return {
    start: start.toISOString(),
    end: now.toISOString(),
    ...figures!,
    noisiest: byRule.slice(0, most).map(({ actedOn: _, ...rule }) => rule),
    neverFired: neverFired.map(({ id, name, validFrom }) => ({
      ruleId: id,
      name,
      since: validFrom.toISOString(),
    })),
    neverActedOn: byRule
      .filter(({ actedOn }) => actedOn === 0)
      .slice(0, most)
      .map(({ ruleId, name, fired }) => ({ ruleId, name, fired })),
  };
}
