import { profiles } from "@/lib/signals/profiles";
import { oneOf, selector } from "@/lib/signals/promql";
import type { DiscoveredService } from "./describe";
import { evidenceOf } from "./sentinels";

/** The interval between scrapes, seconds: the median distance of a series' samples; undefined under two samples. */
export function scrapeIntervalOf(times: readonly number[]): number | undefined {
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? time));
  distances.sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)];
  return median === undefined || median <= 0 ? undefined : Math.max(1, Math.round(median));
}

/** A selector of a few series of the service that are written at every scrape. */
export function heartbeatSelector(service: DiscoveredService): string | undefined {
  const [first] = service.profiles;
  const profile = profiles.find(({ id }) => id === first?.id);
  if (first === undefined || profile === undefined) return undefined;
  const sentinel = evidenceOf(profile, first.rename, service.evidence);
  if (sentinel === undefined) return undefined;
  const [instance] = service.instances;
  return selector(sentinel, [
    ...first.matchers,
    ...(instance === undefined ? [] : [oneOf("instance", [instance])]),
  ]);
}
