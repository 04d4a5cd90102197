import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { profileOf } from "@/lib/signals/profiles";
import { selector } from "@/lib/signals/promql";
import { isUsable } from "./label-guess";
import { queryableServices } from "./queries";
import type { serviceLabelSchema } from "./schema";
import { renamed } from "./sentinels";

/** Series that are looked at: enough to see which labels there are and some of what they hold. */
const mostSeries = 500;
const window = 3_600;
const shownValues = 5;

/**
 * The labels of a service's series with some of their values, as its source shows them now: among them those that carry
 * version, model and replica. Throws `not_found` and what the source fails with.
 */
export async function serviceLabels(
  actor: Actor,
  id: string,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<z.input<typeof serviceLabelSchema>[]> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  const spoken =
    service.profiles.find((one) => ["engine", "application"].includes(profileOf(one.id).layer)) ??
    service.profiles[0];
  if (spoken === undefined) return [];
  const { sentinels } = profileOf(spoken.id);
  const names = sentinels.map((metric) => renamed(metric, spoken.rename));
  const metric = names.find((name) => spoken.metrics?.includes(name)) ?? names[0];
  // An engine within another has no sentinel of its own.
  const shown =
    spoken.metrics === undefined || spoken.metrics.includes(metric ?? "") ? metric : spoken.metrics[0];
  if (shown === undefined) return [];
  const end = Math.floor(now.getTime() / 1000);
  const { data } = await createPrometheusClient(await service.target()).series({
    match: [selector(shown, spoken.matchers)],
    start: end - window,
    end,
    limit: mostSeries,
    signal,
  });
  const values = new Map<string, Set<string>>();
  for (const labels of data.slice(0, mostSeries))
    for (const [label, value] of Object.entries(labels)) {
      if (label === "__name__" || !isUsable(value)) continue;
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  return [...values]
    .map(([label, found]) => ({ label, count: found.size, values: [...found].sort().slice(0, shownValues) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
