import type { Metadata } from "next";
import { NoServices } from "@/components/overview/no-services";
import { Overview } from "@/components/overview/overview";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { firstLatency } from "@/lib/dashboards/latencies";
import { listServices } from "@/lib/services/queries";
import { listSources } from "@/lib/sources/queries";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const actor = await pageActor("services:read");
  const { items } = await listServices(actor, { limit: 200 });
  if (items.length === 0) {
    const sources = await listSources(actor, { kind: "prometheus" });
    return (
      <NoServices
        sources={sources.map(({ name, url, reachable, problem }) => ({ name, url, reachable, problem }))}
        canConnect={can(actor, "sources:write")}
      />
    );
  }
  const latencies = Object.fromEntries(items.map(({ id, profiles }) => [id, firstLatency(profiles)]));
  return <Overview services={items} latencies={latencies} now={Date.now() / 1000} />;
}
