import "server-only";
import { createPrometheusClient } from "@/lib/prometheus/client";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  type DiscoveredService,
  discoverServices,
  heartbeatSelector,
  scrapeIntervalOf,
  sentinelSelectors,
} from "./discovery";
import { identityKey } from "./identity";

/** A service is found while one of its series had a sample in this time; longer than a pause for a new release. Seconds. */
const discoveryWindow = 3_600;
/** Series of one source past this are left out: an index answer of this size is some 10 MB. */
const seriesLimit = 50_000;
/** The interval of a service whose samples tell none yet, as most configurations have it. Seconds. */
const usualScrapeInterval = 15;
/** How far back samples are looked at for their interval; holds three of a minute. Seconds. */
const intervalWindow = 180;

export type FoundService = DiscoveredService & { scrapeInterval: number };

/**
 * The services of one Prometheus: one `/series` call for all sentinels, and one small query a service whose scrape
 * interval is not in `knownIntervals` (by identity key). Throws UpstreamError.
 */
export async function discoverSource(
  target: UpstreamTarget,
  {
    knownIntervals,
    now,
    signal,
  }: { knownIntervals: ReadonlyMap<string, number>; now: Date; signal?: AbortSignal },
): Promise<FoundService[]> {
  const client = createPrometheusClient(target);
  const end = Math.floor(now.getTime() / 1000);
  const { data } = await client.series({
    match: sentinelSelectors(),
    start: end - discoveryWindow,
    end,
    limit: seriesLimit,
    signal,
  });
  return Promise.all(
    discoverServices(data).map(async (service) => ({
      ...service,
      scrapeInterval:
        knownIntervals.get(identityKey(service.identity)) ??
        (await observedInterval(client, service, end, signal)) ??
        usualScrapeInterval,
    })),
  );
}

async function observedInterval(
  client: ReturnType<typeof createPrometheusClient>,
  service: DiscoveredService,
  end: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const match = heartbeatSelector(service.profiles);
  if (match === undefined) return undefined;
  const { data } = await client.query(`${match}[${intervalWindow}s]`, { time: end, signal });
  if (data.type !== "matrix") return undefined;
  const intervals = data.series.flatMap(({ times }) => scrapeIntervalOf(times) ?? []);
  return intervals.length === 0 ? undefined : Math.max(...intervals);
}
