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
import { begun } from "@/lib/services/begun";
import { listServices, queryableServices } from "@/lib/services/queries";
import type { Service } from "@/lib/services/schema";
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
  const silent = new Set(chosen.filter(({ reachable }) => reachable === false).map(({ source }) => source));
  const requests = askFor(undefined, gridName(grid), first)
    .batches.filter(([entry]) => !silent.has(entry?.source ?? ""))
    .map((entries) => batchRequest(entries, grid));
  return (
    <Prefetched state={begun(actor, requests)}>
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
