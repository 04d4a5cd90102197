import "server-only";
import { LRUCache } from "lru-cache";
import { config } from "@/lib/config";
import { db } from "@/lib/db/client";
import type { Source } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import type { QueryLimits } from "@/lib/upstream/limits";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { type Credentials, credentialHeaders, credentialState } from "./credentials";
import { askedAgainSentence, limitsIn } from "./queries";
import { openCredentials } from "./stored-credentials";

/** A page asks for its source dozens of times a second; an edit by another console shows after this at the latest. */
const CACHE_MS = 5_000;
const MAX_CACHED = 500;

// On globalThis, because pages and routes may be bundled apart and an edit must reach both.
const holder = globalThis as unknown as { inferscopeTargets?: LRUCache<string, Promise<UpstreamTarget>> };
holder.inferscopeTargets ??= new LRUCache({ max: MAX_CACHED, ttl: CACHE_MS });
const cache = holder.inferscopeTargets;

/** Where and how to ask a source, from its row and its opened credentials. */
export function targetOf(
  source: Pick<Source, "id" | "kind" | "url" | "ca" | "authentication" | "headerNames"> &
    Partial<Pick<Source, "limits">>,
  credentials: Credentials | null,
): UpstreamTarget {
  return {
    id: source.id,
    kind: source.kind,
    url: source.url,
    headers: credentialHeaders(source.authentication, source.headerNames, credentials),
    ...(source.ca === null ? {} : { ca: source.ca }),
    allowMetadataAddresses: config().INFERSCOPE_ALLOW_METADATA_ADDRESSES,
    limits: { ...configuredLimits(), ...limitsIn({ limits: source.limits ?? null }) },
  };
}

function configuredLimits(): QueryLimits {
  const given = config();
  return {
    concurrency: given.INFERSCOPE_QUERY_CONCURRENCY,
    concurrencyPerUser: given.INFERSCOPE_QUERY_CONCURRENCY_PER_USER,
    timeout: given.INFERSCOPE_QUERY_TIMEOUT,
    range: given.INFERSCOPE_QUERY_MAX_RANGE,
    points: given.INFERSCOPE_QUERY_MAX_POINTS,
    series: given.INFERSCOPE_QUERY_MAX_SERIES,
  };
}

async function readTarget(sourceId: string): Promise<UpstreamTarget> {
  const source = await db().source.findUnique({ where: { id: sourceId } });
  if (source === null || source.validTo !== null)
    throw problem(
      "not_found",
      "This data source does not exist any more. An administrator can bring it back in Settings.",
    );
  const credentials = openCredentials(source);
  if (credentialState(source, credentials) === "asked_again")
    throw problem(
      "upstream_unauthorized",
      `${askedAgainSentence(source.name)} An administrator can do that in Settings.`,
    );
  return targetOf(source, credentials);
}

/**
 * Where and how to ask the source `sourceId`, kept for five seconds. Throws `not_found` for one that was removed and
 * `upstream_unauthorized` while its credentials have to be entered again.
 */
export function upstreamTarget(sourceId: string): Promise<UpstreamTarget> {
  const cached = cache.get(sourceId);
  if (cached !== undefined) return cached;
  const target = readTarget(sourceId);
  cache.set(sourceId, target);
  target.catch(() => cache.delete(sourceId));
  return target;
}

/** Drops what is kept of a source, so that the next read sees its change. */
export const forgetTarget = (sourceId: string): void => void cache.delete(sourceId);
