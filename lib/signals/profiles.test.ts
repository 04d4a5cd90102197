import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { SignalId } from "./catalogue";
import { planSignal } from "./plan";
import type { Profile } from "./profile";
import { profiles } from "./profiles";
import { isClassicName } from "./promql";
import type { Dimension } from "./schema";
import type { MeasuredService } from "./service";
import { alternativesOf, spellingsOf } from "./spoken";

/*
 * Each profile's spellings become recording rules, and promtool evaluates them over series written as that engine
 * exposes them: `signal:<id>` for a signal (p95 of a histogram), `signal:<id>:by_<dimension>` for its split.
 */
const promtool = process.env.PROMTOOL_PATH ?? "promtool";
const dimensions: Dimension[] = ["version", "gpu", "type", "instance", "host", "device", "reason", "part"];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "inferscope-profiles-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A rule for each spelling and dimension; spellings that are taken otherwise end in `:otherwise`, optional ones too. */
function recordingRules(profile: Profile): { record: string; expr: string }[] {
  const grid = { start: 0, end: 600, step: 60 };
  return (Object.keys(profile.spellings) as SignalId[]).flatMap((signal) =>
    spellingsOf(profile, signal).flatMap((spelling, position) => {
      const isKnown = position > 0 || spelling.isOptional === true;
      const name = position === 0 ? `signal:${signal}` : `signal:${signal}:otherwise`;
      const service: MeasuredService = {
        name: "svc",
        sourceName: "test",
        profiles: [
          {
            id: profile.id,
            matchers: [{ label: "job", op: "=", value: "svc" }],
            labels: { version: "version" },
            ...(isKnown ? { metrics: alternativesOf(spelling).flat().filter(isClassicName) } : {}),
          },
        ],
        scrapeInterval: 15,
      };
      return [undefined, ...dimensions].flatMap((dimension) => {
        const by = dimension === undefined ? [] : [dimension];
        const plan = planSignal(service, { id: "q", service: "svc", signal, by, quantiles: [0.95] }, grid);
        if (plan.kind !== "reads") throw new Error(`${profile.id} spells ${signal} but cannot plan it`);
        const record = dimension === undefined ? name : `${name}:by_${dimension}`;
        return plan.expr.map((expr, index) => ({
          record: index === 0 ? record : `${record}:${index}`,
          expr,
        }));
      });
    }),
  );
}

describe.each(profiles.map((profile) => [profile.id, profile] as const))("%s", (id, profile) => {
  const data = new URL(`./testdata/${id}.test.yml`, import.meta.url);

  it("gives the expected values in Prometheus's own engine", () => {
    // What no expectation names would only take time.
    const expected = new Set(readFileSync(data, "utf8").match(/signal:[a-z0-9_:]+/g));
    const rules = recordingRules(profile).filter(({ record }) => expected.has(record));
    writeFileSync(join(folder, "rules.yml"), stringify({ groups: [{ name: id, rules }] }));
    copyFileSync(data, join(folder, "test.yml"));
    const output = execFileSync(promtool, ["test", "rules", "test.yml"], { cwd: folder, encoding: "utf8" });
    expect(output).toContain("SUCCESS");
  });

  it("has every signal that it spells in its test data", () => {
    const tested = new Set(readFileSync(data, "utf8").match(/signal:[a-z0-9_]+(:otherwise)?/g));
    for (const signal of Object.keys(profile.spellings) as SignalId[])
      for (const position of spellingsOf(profile, signal).keys())
        expect(tested).toContain(position === 0 ? `signal:${signal}` : `signal:${signal}:otherwise`);
  });

  it("writes the matchers of every metric beside its name, so that a prefix can be put before it", () => {
    for (const signal of Object.keys(profile.spellings) as SignalId[])
      for (const spelling of spellingsOf(profile, signal)) {
        if (spelling.kind !== "expression") continue;
        for (const metric of spelling.metrics) expect(spelling.expression).toContain(`${metric}{$selector`);
      }
  });

  it("names as sentinel nothing that only a histogram's bucket would show", () => {
    expect(profile.sentinels.length).toBeGreaterThan(0);
    for (const sentinel of profile.sentinels) expect(sentinel).not.toMatch(/_bucket$/);
  });
});
