import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { watchedVersions } from "./queries";
import type { serviceLabelSchema } from "./schema";
import { isUsable } from "./schema";

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
  const [watched] = await watchedVersions(actor, { service: id, limit: 1 });
  if (watched === undefined) throw problem("not_found", `There is no service "${id}".`);
  if (watched.shownBy === undefined) return [];
  const end = Math.floor(now.getTime() / 1000);
  const { data } = await createPrometheusClient(await watched.target()).series({
    match: [watched.shownBy],
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
