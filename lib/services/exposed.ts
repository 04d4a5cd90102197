import type { ProfileId } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import type { SpokenProfile } from "@/lib/signals/service";
import { type DescribedService, type DiscoveredService, orderOf, unique } from "./describe";
import { exposedMetrics } from "./sentinels";

/**
 * Says of each profile which of its metrics the service exposes, where the names of its group are known, and adds the
 * engines that another one re-exports: vLLM within Triton has none of its own sentinels.
 */
export function withExposed(
  service: DescribedService,
  namesOf: ReadonlyMap<string, ReadonlySet<string>>,
): DiscoveredService {
  const { groupOf: groups, ...found } = service;
  const spoken = found.profiles.map((one) => {
    const profile = profiles.find(({ id }) => id === one.id);
    const exposed = namesOf.get(groups.get(one.id) ?? "");
    if (profile === undefined || exposed === undefined) return one;
    return { ...one, metrics: exposedMetrics(profile, one.rename, exposed) };
  });
  const within = reexported(found, spoken, groups, namesOf);
  return {
    ...found,
    engines: profiles
      .map(({ id }) => id)
      .filter((id) => found.engines.includes(id) || within.some((one) => one.id === id)),
    profiles: [...spoken, ...within].sort((a, b) => orderOf(a.id) - orderOf(b.id)),
    evidence: unique([...found.evidence, ...within.flatMap(({ metrics }) => metrics?.slice(0, 1) ?? [])]),
  };
}

/** Engines of which a service's own group exposes the namespace without a sentinel. */
function reexported(
  found: DiscoveredService,
  spoken: readonly SpokenProfile[],
  groups: ReadonlyMap<ProfileId, string>,
  namesOf: ReadonlyMap<string, ReadonlySet<string>>,
): SpokenProfile[] {
  const host = spoken.find(({ id }) => found.engines.includes(id));
  const exposed = host === undefined ? undefined : namesOf.get(groups.get(host.id) ?? "");
  // A part of a group shares its names with the other parts, whose engines they may be.
  if (host === undefined || exposed === undefined || found.identity.engine !== undefined) return [];
  return profiles
    .filter(
      (profile) =>
        profile.layer === "engine" &&
        // Names without a namespace of their own are anybody's.
        profile.sentinels.some((name) => name.includes(":")) &&
        !spoken.some(({ id }) => id === profile.id),
    )
    .flatMap((profile): SpokenProfile[] => {
      const isOthers = profile.sentinels.some((name) => exposed.has(name));
      const metrics = isOthers ? [] : exposedMetrics(profile, undefined, exposed);
      const { version, model } = host.labels;
      return metrics.length === 0
        ? []
        : [
            {
              id: profile.id,
              matchers: host.matchers,
              labels: { ...(version ? { version } : {}), ...(model ? { model } : {}) },
              metrics,
            },
          ];
    });
}
