/** Runs once when Next's server starts: lets the console's own metrics hear what it asks of others. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ metrics }, { onUpstreamRequest }, { rangeReader }, { instantReader }] = await Promise.all([
    import("@/lib/observability/metrics"),
    import("@/lib/upstream/fetch"),
    import("@/lib/prometheus/range-reader"),
    import("@/lib/prometheus/instant-reader"),
  ]);
  const { upstreamDuration, cacheReads } = metrics();
  onUpstreamRequest(({ target, route, seconds, outcome }) =>
    upstreamDuration.observe({ kind: target.kind, source: target.id, route, outcome }, seconds),
  );
  rangeReader().onRead(({ outcome }) => cacheReads.inc({ reader: "range", result: outcome }));
  instantReader().onRead(({ outcome }) => cacheReads.inc({ reader: "instant", result: outcome }));
}
