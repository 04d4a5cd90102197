/** Runs once when Next's server starts: hears what the console asks of others, and who asks it. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ watchPeerAddresses }, { metrics }, { onUpstreamRequest }, { rangeReader }, { instantReader }] =
    await Promise.all([
      import("@/lib/auth/client-address"),
      import("@/lib/observability/metrics"),
      import("@/lib/upstream/fetch"),
      import("@/lib/prometheus/range-reader"),
      import("@/lib/prometheus/instant-reader"),
    ]);
  // Before the first request, whose sender would else be unknown to the throttle of sign-ins.
  watchPeerAddresses();
  const { upstreamDuration, cacheReads } = metrics();
  onUpstreamRequest(({ target, route, seconds, outcome }) =>
    upstreamDuration.observe({ kind: target.kind, source: target.id, route, outcome }, seconds),
  );
  rangeReader().onRead(({ outcome }) => cacheReads.inc({ reader: "range", result: outcome }));
  instantReader().onRead(({ outcome }) => cacheReads.inc({ reader: "instant", result: outcome }));
}
