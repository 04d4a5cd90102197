import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { HomePage } from "@/components/home/home-page";
import { NoServices } from "@/components/overview/no-services";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { servicesQuery } from "@/lib/services/client";
import { listServices } from "@/lib/services/queries";
import { listSources } from "@/lib/sources/queries";

export const metadata: Metadata = { title: "Home" };

export default async function Home() {
  const actor = await pageActor("services:read");
  const services = await listServices(actor, { limit: 200 });
  if (services.items.length === 0) {
    const sources = await listSources(actor, { kind: "prometheus" });
    return (
      <NoServices
        title="Home"
        sources={sources.map(({ name, url, reachable, problem }) => ({ name, url, reachable, problem }))}
        canConnect={can(actor, "sources:write")}
      />
    );
  }
  const client = new QueryClient();
  client.setQueryData(servicesQuery().queryKey, services);
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <HomePage now={Math.floor(Date.now() / 1000)} />
    </HydrationBoundary>
  );
}
