import { randomUUID } from "node:crypto";
import { dehydrate, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DashboardPage } from "@/components/dashboards/dashboard-page";
import { NoServices } from "@/components/overview/no-services";
import { Prefetched } from "@/components/overview/prefetched";
import { resolveRange } from "@/components/ui/time-range";
import type { Actor } from "@/lib/auth/actor";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { askFor, batchRequest, boardGrid, gridName } from "@/lib/dashboards/batches";
import { findDashboard } from "@/lib/dashboards/dashboards";
import { chosenServices, firstInSight, placePanels, scrapeIntervalOf } from "@/lib/dashboards/placement";
import { measure } from "@/lib/services/measure";
import { listServices, queryableServices } from "@/lib/services/queries";
import type { Service } from "@/lib/services/schema";
import { signalsQuery } from "@/lib/signals/client";
import { spokenFor } from "@/lib/signals/spoken";
import { listSources } from "@/lib/sources/queries";

type Parameters = Promise<{ dashboard: string }>;
type Search = Record<string, string | string[] | undefined>;

export async function generateMetadata({ params }: { params: Parameters }): Promise<Metadata> {
  return { title: findDashboard((await params).dashboard)?.title ?? "Dashboard" };
}

export default async function Page({
  params,
  searchParams,
}: {
  params: Parameters;
  searchParams: Promise<Search>;
}) {
  const actor = await pageActor("services:read");
  const dashboard = findDashboard((await params).dashboard);
  if (dashboard === undefined) notFound();
  const { items } = await listServices(actor, { limit: 200 });
  if (items.length === 0) {
    const sources = await listSources(actor, { kind: "prometheus" });
    return (
      <NoServices
        title={dashboard.title}
        sources={sources.map(({ name, url, reachable, problem }) => ({ name, url, reachable, problem }))}
        canConnect={can(actor, "sources:write")}
      />
    );
  }
  const search = await searchParams;
  const one = (name: string) => [search[name]].flat()[0];
  const now = Math.floor(Date.now() / 1000);
  const distributions = await measuredDistributions(actor, items);
  const services = items.map((service) => ({ ...service, distributions: distributions[service.id] }));
  const chosen = chosenServices(dashboard, services, [search.service ?? []].flat());
  const range = resolveRange(one("from"), one("to"), now);
  const grid = boardGrid({ ...range, scrapeInterval: scrapeIntervalOf(chosen) });
  const first = firstInSight(
    placePanels(dashboard, chosen, Object.fromEntries(Object.keys(search).map((name) => [name, one(name)]))),
  );
  const queries = new QueryClient();
  // Begun while the browser still loads its scripts; the answers follow in the page.
  for (const entries of askFor(undefined, gridName(grid), first).batches) {
    const request = batchRequest(entries, grid);
    void queries.prefetchQuery({
      queryKey: signalsQuery(request).queryKey,
      queryFn: () => measure(actor, request, { requestId: randomUUID(), now: new Date() }),
    });
  }
  const state = dehydrate(queries, { shouldDehydrateQuery: () => true, serializeData: JSON.stringify });
  return (
    <Prefetched state={state}>
      <DashboardPage
        key={dashboard.id}
        id={dashboard.id}
        services={items}
        distributions={distributions}
        now={now}
        canNote={can(actor, "annotations:write")}
      />
    </Prefetched>
  );
}

/** By service id, the signals that a histogram answers. */
async function measuredDistributions(
  actor: Actor,
  services: readonly Service[],
): Promise<Record<string, string[]>> {
  const measured = await queryableServices(
    actor,
    services.map(({ id }) => id),
  );
  return Object.fromEntries(
    services.map(({ id, signals }) => {
      const service = measured.get(id);
      const own = signals.filter(
        (signal) => service !== undefined && spokenFor(service, signal)?.spelling.kind === "histogram",
      );
      return [id, own];
    }),
  );
}
