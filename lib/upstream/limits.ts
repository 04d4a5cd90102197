import type { Seconds } from "@/lib/units";

/** What one source bears, and what one query may ask of it. */
export type QueryLimits = {
  /** Requests at once to the source, whoever asks. */
  concurrency: number;
  /** Of those, at once for one user or key. */
  concurrencyPerUser: number;
  /** For a request, waiting for its turn included; passed on as `timeout`. */
  timeout: Seconds;
  /** From the first to the last point. */
  range: Seconds;
  /** Points of one answer, over all its series. */
  points: number;
  /** Series of one answer; passed on as `limit`. */
  series: number;
};

/**
 * A million points are 28 MB as Prometheus writes them and twenty times what a page can show; 10,000 series are a
 * histogram by instance of a large fleet. Prometheus runs 20 queries at once by default, and others ask it too; nobody
 * may take all of our share.
 */
export const DEFAULT_LIMITS: QueryLimits = {
  concurrency: 16,
  concurrencyPerUser: 10,
  timeout: 30,
  range: 400 * 86_400,
  points: 1_000_000,
  series: 10_000,
};

/** The limits of a target: its own, and the defaults for what it leaves open. */
export const limitsOf = ({ limits }: { limits?: Partial<QueryLimits> }): QueryLimits =>
  limits === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...limits };
