import { describe, expect, it } from "vitest";
import { playwrightCounts, summary, vitestCounts } from "./results.mjs";

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));

describe("the counts of a run", () => {
  it("tells tests that need a database from those that do not", () => {
    const testResults = [
      {
        name: "/x/lib/units/format.test.ts",
        status: "passed",
        assertionResults: tests("passed", "passed", "skipped"),
      },
      { name: "/x/lib/db/command.db.test.ts", status: "failed", assertionResults: tests("passed", "failed") },
      { name: "/x/app/api/v1/users/route.test.ts", status: "passed", assertionResults: tests("passed") },
    ];
    expect(vitestCounts({ testResults })).toEqual([
      { suite: "unit", passed: 2, failed: 0, skipped: 1 },
      { suite: "db", passed: 2, failed: 1, skipped: 0 },
    ]);
  });

  it("counts a file that could not be loaded as a failure", () => {
    expect(
      vitestCounts({ testResults: [{ name: "a.test.ts", status: "failed", assertionResults: [] }] }),
    ).toEqual([{ suite: "unit", passed: 0, failed: 1, skipped: 0 }]);
  });

  it("counts what passed only at another try, and a server that did not start, as failures", () => {
    expect(
      playwrightCounts({ stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] }),
    ).toEqual({ suite: "e2e", passed: 3, failed: 3, skipped: 2 });
  });

  it("ends with the sum over all suites", () => {
    const all = [
      { suite: "static", passed: 3, failed: 0, skipped: 0 },
      { suite: "e2e", passed: 10, failed: 2, skipped: 1 },
    ];
    expect(summary(all)).toEqual([
      "static  3 passed, 0 failed",
      "e2e     10 passed, 2 failed, 1 skipped",
      "13 passed, 2 failed",
    ]);
  });
});
