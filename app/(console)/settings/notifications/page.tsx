import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { NotificationsPage } from "@/components/notifications/notifications-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { channelsQuery, policyQuery } from "@/lib/notifications/client";
import { getPolicy, listChannels } from "@/lib/notifications/queries";

export const metadata: Metadata = { title: "Notifications" };

export default async function Page() {
  const actor = await pageActor("notifications:read");
  const queries = new QueryClient();
  const [channels, policy] = await Promise.all([
    listChannels(actor, { removed: false, now: new Date() }),
    getPolicy(actor),
  ]);
  queries.setQueryData(channelsQuery().queryKey, { items: channels, nextCursor: null });
  queries.setQueryData(policyQuery().queryKey, policy);
  return (
    <HydrationBoundary state={dehydrate(queries)}>
      <NotificationsPage canEdit={can(actor, "notifications:write")} />
    </HydrationBoundary>
  );
}
