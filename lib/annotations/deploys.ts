import "server-only";
import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { isInferscopeError } from "@/lib/errors";
import { rangeReader } from "@/lib/prometheus/range-reader";
import { alignToStep } from "@/lib/prometheus/step";
import { type WatchedVersions, watchedVersions } from "@/lib/services/queries";
import { isUsable } from "@/lib/services/schema";
import { groupingText, matchersText } from "@/lib/signals/promql";
import { deployMarks, markStep, type Presence } from "./deploy-marks";
import type { AnnotationView } from "./schema";

const mostServices = 50;
/** More versions than this in one window are ids of something else. */
const mostVersions = 50;
/** A restart, and the time that Prometheus takes a series for present after its last sample. Seconds. */
const longestPause = 300;
/** Notes must not wait for a source that is slow. Seconds. */
const timeout = 5;
/** Marks of one change, as the version label and the build info show it, lie at most so many points apart. */
const nearPoints = 3;

/** Labels of an information metric that change with a release. */
const buildLabels = ["version", "service_version", "revision", "git_commit", "tag"];
/** Build information of what surrounds a service is not its own. */
const buildInfo = `__name__=~"(.+[_:])?build_info|target_info",__name__!~"(go|prometheus|promhttp|node_exporter|dcgm_exporter|cadvisor)_.*"`;

/**
 * The deployments of a service, or of up to 50, between two times, as the metrics show them: a change of the version
 * label or of build information. Newest first, and a note for each source that could not be read. Nothing is stored.
 */
export async function deployments(
  actor: Actor,
  { start, end, service, now }: { start: Date; end: Date; service?: string; now: Date },
  signal?: AbortSignal,
): Promise<{ items: AnnotationView[]; notes: string[] }> {
  const watched = await watchedVersions(actor, { service, limit: mostServices });
  const range = { start: start.getTime() / 1000, end: Math.min(end.getTime(), now.getTime()) / 1000 };
  if (range.end <= range.start) return { items: [], notes: [] };
  const notes = new Set<string>();
  const found = await Promise.all(
    watched.map(async (one) => {
      try {
        return await deploymentsOf(one, range, signal);
      } catch (error) {
        if (signal?.aborted || !isInferscopeError(error)) throw error;
        notes.add(`The deployments in ${one.sourceName} could not be read: ${error.detail}`);
        return [];
      }
    }),
  );
  const items = found
    .flat()
    .sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : a.id < b.id ? 1 : -1));
  return { items, notes: [...notes] };
}

async function deploymentsOf(
  watched: WatchedVersions,
  range: { start: number; end: number },
  signal: AbortSignal | undefined,
): Promise<AnnotationView[]> {
  const step = markStep(range.end - range.start, watched);
  // One point before the window, so that what changes at its start is seen.
  const grid = { start: alignToStep(range.start, step) - step, end: alignToStep(range.end, step), step };
  const target = await watched.target();
  const read = async (expr: string): Promise<{ labels: Record<string, string>; present: boolean[] }[]> => {
    const { series } = await rangeReader().read({
      target,
      expr,
      ...grid,
      rateWindow: 4 * watched.scrapeInterval,
      scrapeInterval: watched.scrapeInterval,
      timeout,
      signal,
    });
    return series.map(({ labels, values }) => ({ labels, present: values.map((value) => value !== null) }));
  };

  const { version } = watched;
  const [versions, builds] = await Promise.all([
    version === undefined
      ? []
      : read(`group${groupingText([version.label])}(${version.selector})`).then((series) =>
          series.flatMap(({ labels, present }): Presence[] => {
            const name = labels[version.label];
            return isUsable(name) ? [{ name, present }] : [];
          }),
        ),
    read(
      `group${groupingText(["__name__", ...buildLabels])}({${buildInfo},${matchersText(watched.matchers)}})`,
    ),
  ]);

  const pause = { longestPause: Math.ceil(longestPause / step) };
  const marks = versions.length > mostVersions ? [] : deployMarks(versions, pause);
  for (const presences of buildsByMetric(builds).values()) {
    if (presences.length > mostVersions) continue;
    for (const mark of deployMarks(presences, { ...pause, word: "Build" }))
      if (!marks.some(({ at }) => Math.abs(at - mark.at) <= nearPoints)) marks.push(mark);
  }
  return marks.map(({ at, text }) => {
    const time = grid.start + at * step;
    return {
      id: stableId(watched.service, text, time),
      start: new Date(time * 1000).toISOString(),
      end: null,
      text,
      kind: "deployment",
      service: watched.service,
      author: null,
      isComputed: true,
      version: 1,
      actions: [],
    };
  });
}

/** Presence of each build by the metric that tells it; a build is called by the values of its labels. */
function buildsByMetric(
  series: readonly { labels: Record<string, string>; present: boolean[] }[],
): Map<string, Presence[]> {
  const metrics = new Map<string, Presence[]>();
  for (const { labels, present } of series) {
    const name = [...new Set(buildLabels.flatMap((label) => (labels[label] ? [labels[label]] : [])))].join(
      " ",
    );
    if (!isUsable(name)) continue;
    const metric = labels.__name__ ?? "";
    metrics.set(metric, [...(metrics.get(metric) ?? []), { name, present }]);
  }
  return metrics;
}

/** An id that the same mark has at every reading: a UUID (version 8, of RFC 9562) made of what it says. */
function stableId(service: string, text: string, time: number): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([service, text, time]))
    .digest("hex");
  const variant = "89ab"[Number.parseInt(digest[16]!, 16) & 3]!;
  const hex = `${digest.slice(0, 12)}8${digest.slice(13, 16)}${variant}${digest.slice(17, 32)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
