import "server-only";
import type { z } from "zod";
import { type ErrorCode, isInferscopeError } from "@/lib/errors";
import { formatDuration, type Seconds, type UnixSeconds } from "@/lib/units";
import { currentCaller } from "@/lib/upstream/caller";
import { requestUpstreamJson, type UpstreamRequest } from "@/lib/upstream/fetch";
import { limitsOf } from "@/lib/upstream/limits";
import { withoutCredentials } from "@/lib/upstream/redact";
import { addressOf, KIND_NAMES, type UpstreamTarget } from "@/lib/upstream/target";
import { isUpstreamError, UpstreamError } from "@/lib/upstream/upstream-error";
import { reportQuery } from "./query-events";
import {
  type MatrixSeries,
  parseQueryData,
  type QueryData,
  sampleValue,
  UnexpectedShapeError,
} from "./samples";
import {
  type BuildInfo,
  buildInfoSchema,
  type ExemplarSeries,
  envelopeSchema,
  exemplarsSchema,
  type Labels,
  type MetricMetadata,
  metadataSchema,
  type ScrapeTarget,
  seriesSchema,
  stringsSchema,
  type TargetMetadata,
  type TsdbStatus,
  targetMetadataSchema,
  targetsSchema,
  tsdbStatusSchema,
} from "./schema";
import { answerTooLarge, type Grid, pointsOf, rangeProblem, withSuggestion } from "./too-large";

/** Of our limits, before a query was sent or once its answer was seen. */
const REFUSALS = new Set<ErrorCode>(["query_too_large", "rate_limited"]);

/** Warnings say that an answer may be incomplete or wrong; infos are hints on the query. Both come with data. */
export type Annotated<Data> = { data: Data; warnings: string[]; infos: string[] };

export type ReadOptions = { signal?: AbortSignal; timeout?: Seconds };
export type MatchOptions = ReadOptions & {
  /** Series selectors; at least one of them must match. */
  match?: string[];
  start?: UnixSeconds;
  end?: UnixSeconds;
  /** The most entries that come back; older servers ignore it. */
  limit?: number;
};

export type PrometheusClient = {
  /** Evaluates at one time; now when absent. Vector, scalar, string, or a matrix for a range selector. */
  query(
    expr: string,
    options?: ReadOptions & { time?: UnixSeconds; limit?: number },
  ): Promise<Annotated<QueryData>>;
  /** Evaluates at start, start + step … up to end, both included. At most 11,000 points. */
  queryRange(
    expr: string,
    range: { start: UnixSeconds; end: UnixSeconds; step: Seconds } & ReadOptions & { limit?: number },
  ): Promise<Annotated<MatrixSeries[]>>;
  /** Label sets of series that match; `match` is required. */
  series(options: MatchOptions & { match: string[] }): Promise<Annotated<Labels[]>>;
  labels(options?: MatchOptions): Promise<Annotated<string[]>>;
  labelValues(name: string, options?: MatchOptions): Promise<Annotated<string[]>>;
  /** Type, help and unit by metric, as its scrape targets declare them now; empty on many managed services. */
  metadata(options?: ReadOptions & { metric?: string; limit?: number }): Promise<MetricMetadata>;
  /**
   * What the targets that `match` selects declare of all their metrics, of `limit` targets at most. Missing on managed
   * services.
   */
  targetMetadata(options: ReadOptions & { match: string; limit?: number }): Promise<TargetMetadata>;
  exemplars(
    expr: string,
    range: { start: UnixSeconds; end: UnixSeconds } & ReadOptions,
  ): Promise<ExemplarSeries[]>;
  buildInfo(options?: ReadOptions): Promise<BuildInfo>;
  tsdbStatus(options?: ReadOptions): Promise<TsdbStatus>;
  /** What is being scraped; missing on managed services. */
  activeTargets(options?: ReadOptions): Promise<ScrapeTarget[]>;
};

/**
 * Returns a typed client of one Prometheus-compatible server. Every answer is parsed here.
 *
 * Each method makes one request and throws UpstreamError: `rejected` with Prometheus's own message for a query
 * that it refuses (bad_data, execution), `not_json` or `unexpected_shape` for an answer that is not Prometheus's,
 * and all of `requestUpstream`. Queries keep to the target's limits, which go along as `timeout` and `limit`: a longer
 * range or a larger answer is `query_too_large`, with a suggestion. Range reads for pages go through `range-reader.ts`.
 * Source: Prometheus 3, docs/querying/api.md.
 */
export function createPrometheusClient(target: UpstreamTarget): PrometheusClient {
  async function ask(request: UpstreamRequest): Promise<Annotated<unknown>> {
    const parsed = envelopeSchema.safeParse(await requestUpstreamJson(target, request));
    if (!parsed.success) throw unexpectedShape(request.path, "there is no status", parsed.error);
    const { status, data, error, errorType, warnings, infos } = parsed.data;
    if (status === "error") {
      const upstream = error ?? errorType ?? "an error without a message";
      const detail = `${KIND_NAMES.prometheus} at ${addressOf(target)} refused the request: ${upstream}`;
      throw new UpstreamError(target, "rejected", detail, { upstream });
    }
    // Some servers quote the request in their notes, as in their errors.
    const notes = (texts: string[] | null | undefined) =>
      (texts ?? []).map((text) => withoutCredentials(target, text));
    return { data, warnings: notes(warnings), infos: notes(infos) };
  }

  async function askFor<Schema extends z.ZodType>(
    schema: Schema,
    request: UpstreamRequest,
  ): Promise<Annotated<z.output<Schema>>> {
    const answer = await ask(request);
    const parsed = schema.safeParse(answer.data);
    if (!parsed.success)
      throw unexpectedShape(request.path, parsed.error.issues[0]?.message ?? "", parsed.error);
    return { ...answer, data: parsed.data };
  }

  async function evaluate(
    path: string,
    expr: string,
    given: { time?: UnixSeconds; grid?: Grid; limit?: number },
    options: ReadOptions,
  ): Promise<Annotated<QueryData>> {
    const caller = currentCaller();
    const { grid } = given;
    const limits = limitsOf(target);
    const timeout = Math.min(options.timeout ?? limits.timeout, limits.timeout);
    const most = Math.min(limits.series, Math.floor(limits.points / (grid ? pointsOf(grid) : 1)));
    // One more, to see that there are more.
    const limit = given.limit ?? Math.max(most, 1) + 1;
    const size = { series: 0, points: 0 };
    let isRejected = false;
    try {
      const tooLong = grid && rangeProblem(grid, limits);
      if (tooLong) throw tooLong;
      const form = parameters({
        query: expr,
        time: given.time,
        ...grid,
        timeout: formatDuration(timeout),
        limit,
      });
      const answer = await ask({ path, method: "POST", form, signal: options.signal, timeout });
      const data = inShape(path, () => parseQueryData(answer.data));
      Object.assign(size, sizeOf(data));
      const isCut =
        given.limit === undefined &&
        size.series === limit &&
        answer.warnings.some((warning) => /truncated|limit/i.test(warning));
      const tooLarge = answerTooLarge(target, expr, { ...size, isCut }, grid, limits);
      if (tooLarge) throw tooLarge;
      return { ...answer, data };
    } catch (error) {
      const known = isUpstreamError(error) ? withSuggestion(target, error, expr, grid, limits) : error;
      isRejected = isInferscopeError(known) && REFUSALS.has(known.code);
      throw known;
    } finally {
      reportQuery({ targetId: target.id, caller, ...size, isRejected });
    }
  }

  function inShape<Parsed>(path: string, parse: () => Parsed): Parsed {
    try {
      return parse();
    } catch (error) {
      if (error instanceof UnexpectedShapeError) throw unexpectedShape(path, error.message, error);
      throw error;
    }
  }

  function unexpectedShape(path: string, what: string, cause: unknown): UpstreamError {
    const detail = `${addressOf(target)} answered ${path} in a form that Prometheus does not use: ${what}.`;
    return new UpstreamError(target, "unexpected_shape", detail, { cause });
  }

  return {
    query(expr, options = {}) {
      const { time, limit } = options;
      return evaluate("/api/v1/query", expr, { time, limit }, options);
    },

    async queryRange(expr, { start, end, step, limit, ...options }) {
      const path = "/api/v1/query_range";
      const answer = await evaluate(path, expr, { grid: { start, end, step }, limit }, options);
      if (answer.data.type !== "matrix")
        throw unexpectedShape(path, `resultType is ${answer.data.type}`, undefined);
      return { ...answer, data: answer.data.series };
    },

    series(options) {
      return askFor(seriesSchema, {
        path: "/api/v1/series",
        method: "POST",
        form: matching(options),
        ...transport(options),
      });
    },

    labels(options = {}) {
      return askFor(stringsSchema, {
        path: "/api/v1/labels",
        method: "POST",
        form: matching(options),
        ...transport(options),
      });
    },

    labelValues(name, options = {}) {
      const path = `/api/v1/label/${escapeLabelName(name)}/values`;
      return askFor(stringsSchema, { path, query: matching(options), ...transport(options) });
    },

    async metadata(options = {}) {
      const query = parameters({ metric: options.metric, limit: options.limit });
      return (await askFor(metadataSchema, { path: "/api/v1/metadata", query, ...transport(options) })).data;
    },

    async targetMetadata({ match, limit, ...options }) {
      const query = parameters({ match_target: match, limit });
      const path = "/api/v1/targets/metadata";
      return (await askFor(targetMetadataSchema, { path, query, ...transport(options) })).data;
    },

    async exemplars(expr, { start, end, ...options }) {
      const path = "/api/v1/query_exemplars";
      const form = parameters({ query: expr, start, end });
      const { data } = await askFor(exemplarsSchema, { path, method: "POST", form, ...transport(options) });
      return inShape(path, () =>
        data.map(({ seriesLabels, exemplars }) => ({
          seriesLabels,
          exemplars: exemplars.map((exemplar) => ({ ...exemplar, value: sampleValue(exemplar.value) })),
        })),
      );
    },

    async buildInfo(options = {}) {
      return (await askFor(buildInfoSchema, { path: "/api/v1/status/buildinfo", ...transport(options) }))
        .data;
    },

    async tsdbStatus(options = {}) {
      return (await askFor(tsdbStatusSchema, { path: "/api/v1/status/tsdb", ...transport(options) })).data;
    },

    async activeTargets(options = {}) {
      const query = parameters({ state: "active" });
      return (await askFor(targetsSchema, { path: "/api/v1/targets", query, ...transport(options) })).data
        .activeTargets;
    },
  };
}

/**
 * Returns a label name as it stands in a path: names beyond `[a-zA-Z_][a-zA-Z0-9_]*` as `U__` and hex.
 * Source: Prometheus, common/model/metric.go, EscapeName with ValueEncodingEscaping.
 */
export function escapeLabelName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name;
  const escaped = [...name].map((character) =>
    character === "_"
      ? "__"
      : /[a-zA-Z0-9:]/.test(character)
        ? character
        : `_${character.codePointAt(0)!.toString(16)}_`,
  );
  return encodeURIComponent(`U__${escaped.join("")}`);
}

function transport({ signal, timeout }: ReadOptions): Pick<UpstreamRequest, "signal" | "timeout"> {
  return { signal, timeout };
}

function sizeOf(data: QueryData): { series: number; points: number } {
  if (!("series" in data)) return { series: 1, points: 1 };
  const points =
    data.type === "vector"
      ? data.series.length
      : data.series.reduce((sum, { values, histograms }) => sum + values.length + histograms.length, 0);
  return { series: data.series.length, points };
}

function parameters(given: Record<string, string | number | undefined>): URLSearchParams {
  const result = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) result.set(name, String(value));
  return result;
}

function matching({ match = [], start, end, limit }: MatchOptions): URLSearchParams {
  const result = parameters({ start, end, limit });
  for (const selector of match) result.append("match[]", selector);
  return result;
}
