import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { SourcesPage } from "@/components/sources/sources-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { sourcesQuery } from "@/lib/sources/client";
import { listSources } from "@/lib/sources/queries";

export const metadata: Metadata = { title: "Data sources" };

export default async function Page() {
  const actor = await pageActor("sources:read");
  const queries = new QueryClient();
  queries.setQueryData(sourcesQuery().queryKey, { items: await listSources(actor), nextCursor: null });
  return (
    <HydrationBoundary state={dehydrate(queries)}>
      <SourcesPage canEdit={can(actor, "sources:write")} />
    </HydrationBoundary>
  );
}
