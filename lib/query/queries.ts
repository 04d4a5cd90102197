import "server-only";
import { setMaxListeners } from "node:events";
import { LRUCache } from "lru-cache";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { type InferscopeError, isInferscopeError, problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { instantReader } from "@/lib/prometheus/instant-reader";
import { rangeReader } from "@/lib/prometheus/range-reader";
import { valuesOnGrid } from "@/lib/prometheus/samples";
import { alignToStep } from "@/lib/prometheus/step";
import { upstreamTarget } from "@/lib/sources/targets";
import type { Seconds } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { instantJson, matrixText } from "./prometheus-json";
import {
  askableItemSchema,
  type QueryAnswerItem,
  type QueryItem,
  type QueryRequest,
  type Usage,
  type UsageFilter,
} from "./schema";
import { hourOf, type UsageCounts } from "./usage";
import { isAnchored, reachOf } from "./windows";

type Context = { requestId: string; now: Date; signal?: AbortSignal };

/** A value asked for at one time is kept for so long: two viewers of a second ask for the same. */
const INSTANT_QUANTUM: Seconds = 1;
/** Samples that arrive late change points no older than they are, however far back a window looks. */
const MAX_OVERLAP: Seconds = 3_600;

/**
 * Answers many PromQL queries, each as Prometheus would or with an error of its own, as the JSON text of
 * `queryAnswerSchema`. Range queries go through the reader that all pages share: start and end are moved down to
 * multiples of the step. Throws only when `signal` aborts.
 */
export async function answerQueries(actor: Actor, request: QueryRequest, context: Context): Promise<string> {
  const { signal } = context;
  if (signal !== undefined) setMaxListeners(0, signal);
  const sources = await sourcesOf(
    actor.teamId,
    request.items.map(({ source }) => source),
  );
  const items = await Promise.all(
    request.items.map(async (item): Promise<string> => {
      try {
        const asked = askable(item);
        const target = await targetOf(sources, item.source);
        return await answerItem(
          target,
          { ...asked, maxPoints: item.maxPoints ?? request.maxPoints },
          context,
        );
      } catch (error) {
        signal?.throwIfAborted();
        if (!isInferscopeError(error)) throw error;
        return itemText({ id: item.id, status: "error", error: errorJson(error, context.requestId) });
      }
    }),
  );
  return `{"items":[${items.join(",")}]}`;
}

function askable(item: QueryRequest["items"][number]): QueryItem {
  const parsed = askableItemSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const [first] = fields;
  throw problem("invalid_request", `${first?.path}: ${first?.message}.`, { fields });
}

const itemText = (item: QueryAnswerItem): string => JSON.stringify(item);

function errorJson(
  { code, detail, upstream, fields, suggestion }: InferscopeError,
  requestId: string,
): Extract<QueryAnswerItem, { status: "error" }>["error"] {
  return {
    code,
    detail,
    ...(upstream === undefined ? {} : { upstream }),
    ...(fields === undefined ? {} : { fields }),
    ...(suggestion === undefined ? {} : { suggestion }),
    requestId,
  };
}

async function answerItem(
  target: UpstreamTarget,
  item: QueryItem,
  { now, signal }: Context,
): Promise<string> {
  const { id, expr, step, maxPoints } = item;
  const end = item.end ?? (step === undefined ? item.start : undefined) ?? now.getTime() / 1000;
  const start = item.start ?? end;
  if (step === undefined || start === end) {
    const { data, warnings, infos } = await instantReader().read({
      target,
      expr,
      time: end,
      quantum: INSTANT_QUANTUM,
      signal,
    });
    return itemText({ id, status: "success", data: instantJson(data), ...notes(warnings, infos) });
  }
  const range = { target, expr, start, end, step, rateWindow: Math.min(reachOf(expr), MAX_OVERLAP), signal };
  const read = isAnchored(expr) ? await readAnchored(range) : await rangeReader().read(range);
  const { data, thinned } = matrixText(read, maxPoints);
  const rest = { ...(thinned === undefined ? {} : { thinned }), ...notes(read.warnings, read.infos) };
  const more = Object.keys(rest).length === 0 ? "" : `,${JSON.stringify(rest).slice(1, -1)}`;
  return `{"id":${JSON.stringify(id)},"status":"success","data":${data}${more}}`;
}

/** A query about its own range, past what is kept. */
async function readAnchored({
  target,
  expr,
  step,
  signal,
  ...range
}: {
  target: UpstreamTarget;
  expr: string;
  start: number;
  end: number;
  step: Seconds;
  signal?: AbortSignal;
}) {
  if (!Number.isInteger(step) || step < 1) throw wrongStep(step);
  const start = alignToStep(range.start, step);
  const end = alignToStep(range.end, step);
  const { data, warnings, infos } = await createPrometheusClient(target).queryRange(expr, {
    start,
    end,
    step,
    signal,
  });
  const series = data.map(({ labels, ...samples }) => ({
    labels,
    values: valuesOnGrid(samples, start, end, step),
  }));
  return { start, step, series, warnings, infos };
}

const wrongStep = (step: number) =>
  problem("invalid_request", `A step is a whole number of seconds, at least 1; ${step} is not.`);

const notes = (warnings: string[], infos: string[]) => ({
  ...(warnings.length === 0 ? {} : { warnings }),
  ...(infos.length === 0 ? {} : { infos }),
});

// --- sources ------------------------------------------------------------------------------------------------------

type KnownSource = { id: string; name: string; kind: string };

/** A page asks for its sources every few seconds; a new or renamed one shows after this at the latest. */
const sourcesCache = new LRUCache<string, Promise<KnownSource[]>>({ max: 200, ttl: 5_000 });

/** The team's sources that are named, by id or name; asked for anew where one is not among those that are kept. */
async function sourcesOf(teamId: string, named: readonly string[]): Promise<Map<string, KnownSource>> {
  const read = () => {
    const sources = db().source.findMany({
      where: { teamId, validTo: null },
      select: { id: true, name: true, kind: true },
    });
    const promise = Promise.resolve(sources);
    promise.catch(() => sourcesCache.delete(teamId));
    sourcesCache.set(teamId, promise);
    return promise;
  };
  const byName = (sources: KnownSource[]) =>
    new Map(sources.flatMap((source) => [[source.name, source] as const, [source.id, source] as const]));
  const kept = sourcesCache.get(teamId);
  const known = byName(kept === undefined ? await read() : await kept);
  return kept === undefined || named.every((name) => known.has(name)) ? known : byName(await read());
}

function targetOf(sources: ReadonlyMap<string, KnownSource>, name: string): Promise<UpstreamTarget> {
  const source = sources.get(name);
  const isPrometheus = ({ kind }: KnownSource) => kind === "prometheus";
  if (source !== undefined && isPrometheus(source)) return upstreamTarget(source.id);
  const names = [...new Set([...sources.values()].filter(isPrometheus).map((each) => each.name))];
  const fields = [
    {
      path: "source",
      message: names.length === 0 ? "Connect a Prometheus in Settings first" : `One of ${names.join(", ")}`,
    },
  ];
  throw source === undefined
    ? problem("not_found", `There is no data source "${name}".`, { fields })
    : problem("invalid_request", `The data source ${name} is a ${source.kind}, which answers no PromQL.`, {
        fields,
      });
}

// --- usage --------------------------------------------------------------------------------------------------------

type UsageSum = UsageCounts & {
  sourceId: string;
  sourceName: string | null;
  sourceKind: string | null;
  actorType: Usage["actor"]["type"];
  actorId: string;
  actorName: string;
  ofSource: number;
};

/**
 * Who cost which source how much in the last hours, the costliest first: an administrator sees everyone, others themselves.
 * Throws `invalid_request` for a cursor that is not one.
 */
export async function listUsage(
  actor: Actor,
  { hours, source }: UsageFilter,
  { cursor = "0", limit }: { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: Usage[]; nextCursor: string | null }> {
  if (!/^\d{1,6}$/.test(cursor)) throw foreignCursor();
  const since = hourOf(new Date(now.getTime() - (hours - 1) * 3_600_000));
  const seesAll = actor.type === "system" || actor.role === "admin";
  const offset = Number(cursor);
  const rows = await db().$queryRaw<UsageSum[]>`
    SELECT * FROM (
      SELECT "sourceId", "actorType", "actorId",
        (array_agg("actorName" ORDER BY "hour" DESC))[1] AS "actorName",
        sum("queries")::int AS "queries", sum("failed")::int AS "failed", sum("rejected")::int AS "rejected",
        sum("seconds") AS "seconds", sum("series") AS "series", sum("points") AS "points", sum("bytes") AS "bytes",
        sum(sum("seconds")) OVER (PARTITION BY "sourceId") AS "ofSource"
      FROM "QueryUsage"
      WHERE "teamId" = ${actor.teamId} AND "hour" >= ${since}
      GROUP BY "sourceId", "actorType", "actorId"
    ) AS sums
    LEFT JOIN (SELECT "id", "name" AS "sourceName", "kind"::text AS "sourceKind" FROM "Source") AS sources
      ON sources."id" = sums."sourceId"
    WHERE (${seesAll} OR ("actorType" = ${actor.type} AND "actorId" = ${actor.id}))
      AND (${source ?? null}::text IS NULL OR "sourceId" = ${source ?? null} OR "sourceName" = ${source ?? null})
    ORDER BY "seconds" DESC, "queries" DESC, "sourceId", "actorType", "actorId"
    LIMIT ${limit + 1} OFFSET ${offset}`;
  return pageOf(
    rows,
    limit,
    () => String(offset + limit),
    (row) => ({
      actor: { type: row.actorType, id: row.actorId, name: row.actorName },
      source: { id: row.sourceId, name: row.sourceName ?? row.sourceId, kind: row.sourceKind },
      queries: row.queries,
      failed: row.failed,
      rejected: row.rejected,
      seconds: row.seconds,
      share: row.ofSource > 0 ? row.seconds / row.ofSource : null,
      series: row.series,
      points: row.points,
      bytes: row.bytes,
    }),
  );
}
