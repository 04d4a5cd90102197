/** @typedef {{ suite: string, passed: number, failed: number, skipped: number }} Counts */

/** Tests that stand on a database. */
export const needsDatabase = (/** @type {string} */ file) =>
  /\.db\.test\.tsx?$|\/route\.test\.tsx?$/.test(file);

/**
 * The counts of a Vitest run, by what its files need. A file that could not even be loaded counts as one failed test.
 * @param {{ testResults: { name: string, status: string, assertionResults: { status: string }[] }[] }} report of its JSON reporter
 * @returns {Counts[]} "unit" and "db", each only when it has tests
 */
export function vitestCounts(report) {
  const unit = { suite: "unit", passed: 0, failed: 0, skipped: 0 };
  const db = { suite: "db", passed: 0, failed: 0, skipped: 0 };
  for (const { name, status, assertionResults } of report.testResults) {
    const counts = needsDatabase(name) ? db : unit;
    const failed = assertionResults.filter((each) => each.status === "failed").length;
    counts.passed += assertionResults.filter((each) => each.status === "passed").length;
    counts.failed += failed === 0 && status === "failed" ? 1 : failed;
    counts.skipped += assertionResults.filter((each) => !["passed", "failed"].includes(each.status)).length;
  }
  return [unit, db].filter(({ passed, failed, skipped }) => passed + failed + skipped > 0);
}

/**
 * The counts of a Playwright run. A test that passed only at another try counts as failed; so does each error outside
 * a test, such as a server that did not start.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} report of its JSON reporter
 * @returns {Counts}
 */
export function playwrightCounts({ stats, errors }) {
  return {
    suite: "e2e",
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

/**
 * One line a suite, and as the last line the sum: "N passed, N failed".
 * @param {Counts[]} all
 * @returns {string[]}
 */
export function summary(all) {
  const width = Math.max(...all.map(({ suite }) => suite.length));
  const sum = (/** @type {"passed" | "failed"} */ key) =>
    all.reduce((total, counts) => total + counts[key], 0);
  return [
    ...all.map(
      ({ suite, passed, failed, skipped }) =>
        `${suite.padEnd(width)}  ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
    ),
    `${sum("passed")} passed, ${sum("failed")} failed`,
  ];
}
