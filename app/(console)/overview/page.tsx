import type { Metadata } from "next";
import { NoServices } from "@/components/overview/no-services";
import { Overview } from "@/components/overview/overview";
import { Prefetched } from "@/components/overview/prefetched";
import { resolveRange } from "@/components/ui/time-range";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { firstLatency } from "@/lib/dashboards/latencies";
import { latencySignals, overviewRecentRequest, overviewRequest } from "@/lib/dashboards/overview";
import { overviewTexts } from "@/lib/dashboards/overview-texts";
import { begun } from "@/lib/services/begun";
import { listServices } from "@/lib/services/queries";
import { listSources } from "@/lib/sources/queries";

export const metadata: Metadata = { title: "Overview" };

type Search = Record<string, string | string[] | undefined>;

export default async function OverviewPage({ searchParams }: { searchParams: Promise<Search> }) {
  const actor = await pageActor("services:read");
  const { items } = await listServices(actor, { limit: 200 });
  const [first] = items;
  if (first === undefined) {
    const sources = await listSources(actor, { kind: "prometheus" });
    return (
      <NoServices
        title="Overview"
        sources={sources.map(({ name, url, reachable, problem }) => ({ name, url, reachable, problem }))}
        canConnect={can(actor, "sources:write")}
      />
    );
  }
  const now = Math.floor(Date.now() / 1000);
  const latencies = Object.fromEntries(items.map(({ id, profiles }) => [id, firstLatency(profiles)]));
  const search = await searchParams;
  const asked = (name: string) => [search[name]].flat()[0];
  const named = asked("service");
  const service = named === undefined ? first : items.find(({ id }) => id === named);
  const overview = (
    <Overview
      services={items}
      latencies={latencies}
      texts={overviewTexts}
      now={now}
      canNote={can(actor, "annotations:write")}
    />
  );
  if (service === undefined) return overview;
  const { from, to } = resolveRange(asked("from"), asked("to"), now);
  const { scrapeInterval } = service;
  const request = overviewRequest({
    service: service.id,
    from,
    to,
    scrapeInterval,
    instanceCount: service.instanceCount,
    latency: latencySignals.find((signal) => signal === asked("latency")) ?? latencies[service.id]!,
  });
  // A source that did not answer a moment ago would only keep the page open.
  const requests =
    service.reachable === false
      ? []
      : [request, overviewRecentRequest({ service: service.id, to, scrapeInterval })];
  return <Prefetched state={begun(actor, requests)}>{overview}</Prefetched>;
}
