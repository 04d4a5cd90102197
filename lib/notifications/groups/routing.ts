import "server-only";
import type { Labels } from "@/lib/alerts/labels";
import type { Transaction } from "@/lib/db/client";
import { type Destination, destinationsOf } from "../policy";
import { currentPolicy } from "../queries";
import type { PolicyTree } from "../schema";

/** What decides which groups an alert is in. */
export interface Routing {
  tree: PolicyTree;
  alertmanagers: ReadonlySet<string>;
}

/** Null while a team has no policy, and then nobody is told of anything. */
export async function routingOf(tx: Transaction, teamId: string): Promise<Routing | null> {
  const policy = await currentPolicy(tx, teamId);
  if (policy === null) return null;
  const channels = await tx.notificationChannel.findMany({
    where: { teamId, kind: "alertmanager" },
    select: { id: true },
  });
  return { tree: policy.tree, alertmanagers: new Set(channels.map(({ id }) => id)) };
}

/** The groups that an alert is in, by who evaluates it: what another system notifies of is not told twice, and never sent back. */
export function destinationsOfAlert(routing: Routing, labels: Labels, origin: string): Destination[] {
  if (origin !== "console" && !routing.tree.tellsExternal) return [];
  const all = destinationsOf(routing.tree, labels, routing.alertmanagers);
  return origin === "console" ? all : all.filter(({ channelId }) => !routing.alertmanagers.has(channelId));
}
