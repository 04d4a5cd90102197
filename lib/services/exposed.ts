import type { ProfileId } from "@/lib/signals/profile";
import { profileOf, profiles } from "@/lib/signals/profiles";
import { httpWitness } from "@/lib/signals/profiles/http-witness";
import type { SpokenProfile } from "@/lib/signals/service";
import { type DescribedService, type DiscoveredService, orderOf, unique } from "./describe";
import { exposedMetrics } from "./sentinels";

/**
 * Says of each profile which of its metrics the service exposes, where the names of its group are known, and adds the
 * engines that another one re-exports, vLLM within Triton having none of its own sentinels, and HTTP counters beside an
 * application.
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
  const reexports = reexported(found, spoken, groups, namesOf);
  const within = [...reexports, ...witnesses(found, spoken, groups, namesOf)];
  return {
    ...found,
    engines: profiles
      .map(({ id }) => id)
      .filter((id) => found.engines.includes(id) || reexports.some((one) => one.id === id)),
    profiles: [...spoken, ...within].sort((a, b) => orderOf(a.id) - orderOf(b.id)),
    evidence: unique([...found.evidence, ...within.flatMap(({ metrics }) => metrics?.slice(0, 1) ?? [])]),
  };
}

/** HTTP counters beside an application without an engine: they may count failures that its own metrics do not. */
function witnesses(
  found: DiscoveredService,
  spoken: readonly SpokenProfile[],
  groups: ReadonlyMap<ProfileId, string>,
  namesOf: ReadonlyMap<string, ReadonlySet<string>>,
): SpokenProfile[] {
  if (found.engines.length > 0) return [];
  const application = spoken.find(({ id }) => profileOf(id).layer === "application");
  const exposed = application && namesOf.get(groups.get(application.id) ?? "");
  if (application === undefined || exposed === undefined) return [];
  const metrics = httpWitness.sentinels.filter((name) => exposed.has(name));
  if (metrics.length === 0) return [];
  return [{ id: httpWitness.id, matchers: application.matchers, labels: {}, metrics }];
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
