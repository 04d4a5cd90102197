import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { checkRule, type RuleCheck } from "./check";
import { ruleSource } from "./queries";
import { defaultLimit } from "./row";
import { ruleInputSchema } from "./schema";

const at = 1_760_000_400;

it("is evaluated against the Prometheus that was connected first where none is named", () =>
  withTestTransaction(async (tx) => {
    const operator = await asUser(tx, "operator");
    await expect(ruleSource(operator, undefined)).rejects.toMatchObject({ code: "invalid_request" });
    for (const [name, day] of [
      ["later", 2],
      ["first", 1],
      ["latest", 3],
    ] as const)
      await tx.source.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          kind: "prometheus",
          name,
          url: "http://127.0.0.1:9",
          validFrom: new Date(Date.UTC(2020, 0, day)),
        },
      });
    expect((await ruleSource(operator, undefined)).name).toBe("first");
    expect((await ruleSource(operator, "later")).name).toBe("later");
    await expect(ruleSource(operator, "nosuch")).rejects.toMatchObject({
      fields: [{ path: "source", message: expect.stringContaining("first, later, latest") }],
    });
  }));

describe.skipIf(whyNoPrometheus())("a rule that is tried before it is kept", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "queue",
          type: "gauge",
          series: Array.from({ length: defaultLimit + 1 }, (_, replica) => ({
            labels: { replica: String(replica) },
            samples: [[at - 30, replica]],
          })),
        },
        { name: "twin", type: "gauge", series: [{ labels: { replica: "0" }, samples: [[at - 30, 0]] }] },
      ]),
    });
  });
  afterAll(() => prometheus.stop());

  const checked = async (expr: string): Promise<RuleCheck> => {
    let check: RuleCheck | undefined;
    await withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { name } = await tx.source.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          kind: "prometheus",
          name: `check-${randomUUID()}`,
          url: prometheus.url,
        },
      });
      const rule = ruleInputSchema.parse({ name: "Check", expr });
      check = await checkRule(operator, rule, { source: name, group: "rules" }, { now: new Date(at * 1000) });
    });
    return check!;
  };

  it("says which of its selectors match nothing, and where", async () => {
    expect(await checked("queue > 990\nand on (replica) nosuch{replica=~'.+'} > 1")).toMatchObject({
      levels: [{ alerts: 0 }],
      warnings: ["`nosuch{replica=~'.+'}` (line 2, column 18) matches no series now."],
    });
    expect(await checked("nosuch > 1")).toMatchObject({
      series: 0,
      warnings: [
        "`nosuch` (line 1, column 1) matches no series now.",
        "The expression gives no series now: the rule would never fire.",
      ],
    });
    expect((await checked("absent(nosuch)")).warnings).toEqual([]);
  });

  it("says that it cannot be evaluated where two of its results would be one alert", async () => {
    const { warnings } = await checked('{__name__=~"queue|twin"} < 1');
    expect(warnings).toEqual([expect.stringContaining("of 2 series some differ only in their name")]);
  });

  it("refuses more alerts than the limit of its group, and warns of half as many", async () => {
    await expect(checked("queue >= 0")).rejects.toMatchObject({ code: "query_too_large" });
    expect(await checked("queue >= 1")).toMatchObject({
      series: defaultLimit + 1,
      levels: [{ alerts: defaultLimit }],
      warnings: [expect.stringContaining("over half of the 1000")],
    });
    expect((await checked("queue >= 501")).warnings).toEqual([]);
  });
});
