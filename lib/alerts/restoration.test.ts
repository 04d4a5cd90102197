import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { remoteWrite } from "@/lib/prometheus/remote-write";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { fingerprintOf } from "./labels";
import { type BeforeOutage, restoreTier, stepTier, type TierState } from "./state";

// A Prometheus that was down finds what it had written of its alerts; it is written here by remote write, before the second
// evaluation is over. What it makes of that is compared with ours.

const outage = { outageTolerance: 3600, gracePeriod: 120 };

/** Seconds before now: when the alert was last seen, and since when it was active. Null for no sample at all. */
type Before = { seen: number; active: number; isStale?: boolean } | null;
const cases: Record<string, { for: number; before: Before }> = {
  WasFiring: { for: 300, before: { seen: 60, active: 900 } },
  JustDue: { for: 300, before: { seen: 60, active: 360 } },
  WithinGrace: { for: 300, before: { seen: 60, active: 300 } },
  LongToGo: { for: 1200, before: { seen: 60, active: 300 } },
  LongOutage: { for: 1200, before: { seen: 3000, active: 3100 } },
  TooLongOutage: { for: 1200, before: { seen: 3700, active: 5000 } },
  BelowGrace: { for: 60, before: { seen: 30, active: 900 } },
  Ended: { for: 300, before: { seen: 60, active: 900, isStale: true } },
  Unknown: { for: 300, before: null },
};

describe.skipIf(whyNoPrometheus())("restoration beside a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  const seeded = new Map<string, BeforeOutage>();
  const firstSeen = new Map<string, number>();
  const activeAt = new Map<string, number>();
  let restoredBy = 0;

  const alerts = async () => {
    const response = await fetch(`${prometheus.url}/api/v1/alerts`);
    const { data } = (await response.json()) as {
      data: { alerts: { labels: { alertname: string }; activeAt: string }[] };
    };
    return new Map(data.alerts.map((one) => [one.labels.alertname, Date.parse(one.activeAt) / 1000]));
  };

  beforeAll(async () => {
    prometheus = await startPrometheus({
      files: {
        "rules.json": JSON.stringify({
          groups: [
            {
              name: "g",
              interval: "3s",
              rules: Object.entries(cases).map(([alert, given]) => ({
                alert,
                expr: "vector(1)",
                for: `${given.for}s`,
              })),
            },
          ],
        }),
      },
      ruleFiles: ["rules.json"],
      flags: [
        "--web.enable-remote-write-receiver",
        // The head takes nothing older than half of it.
        "--storage.tsdb.min-block-duration=1d",
        "--storage.tsdb.max-block-duration=1d",
        `--rules.alert.for-outage-tolerance=${outage.outageTolerance}s`,
        `--rules.alert.for-grace-period=${outage.gracePeriod}s`,
      ],
    });
    const now = Math.floor(Date.now() / 1000);
    const known = Object.entries(cases).flatMap(([alertname, { before }]) =>
      before === null ? [] : [{ alertname, ...before }],
    );
    await remoteWrite(
      prometheus.url,
      known.map(({ alertname, seen, active, isStale }) => ({
        labels: { __name__: "ALERTS_FOR_STATE", alertname },
        samples: isStale
          ? [
              [now - seen - 1, now - active],
              [now - seen, null],
            ]
          : [[now - seen, now - active]],
      })),
    );
    for (const { alertname, seen, active, isStale } of known)
      if (!isStale) seeded.set(alertname, { seenAt: now - seen, activeAt: now - active });
    await vi.waitFor(
      async () => {
        const found = await alerts();
        expect(found.size).toBe(Object.keys(cases).length);
        for (const [name, at] of found) firstSeen.set(name, at);
      },
      { timeout: 20_000, interval: 50 },
    );
    await vi.waitFor(
      async () => {
        const found = await alerts();
        expect(found.get("WasFiring")).not.toBe(firstSeen.get("WasFiring"));
        restoredBy = Date.now() / 1000;
        // Rules are restored one after another.
        expect(found.get("LongOutage")).not.toBe(firstSeen.get("LongOutage"));
        for (const [name, at] of found) activeAt.set(name, at);
      },
      { timeout: 20_000, interval: 50 },
    );
  }, 60_000);
  afterAll(() => prometheus?.stop());

  it.each(Object.entries(cases))("%s", (alertname, given) => {
    const labels = { alertname };
    const fingerprint = fingerprintOf(labels);
    const spec = { for: given.for, keepFiringFor: 0, limit: 0 };
    const state: TierState = stepTier(spec, new Map(), firstSeen.get(alertname) as number, {
      kind: "vector",
      samples: [{ labels, annotations: {}, value: 1 }],
    }).state;
    const known = seeded.get(alertname);
    const before = new Map(known === undefined ? [] : [[fingerprint, known]]);
    const ours = restoreTier(spec, state, restoredBy, before, outage).get(fingerprint)?.activeAt as number;
    // When exactly Prometheus restored is not told; it was at most so long before it was seen.
    expect(Math.abs(ours - (activeAt.get(alertname) as number))).toBeLessThan(1.5);
  });

  it("has restored some, and not all", () => {
    const changed = Object.keys(cases).filter((name) => activeAt.get(name) !== firstSeen.get(name));
    expect(changed.sort()).toEqual(["JustDue", "LongOutage", "LongToGo", "WasFiring", "WithinGrace"]);
  });
});
