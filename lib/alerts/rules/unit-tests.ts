import "server-only";
import { problem } from "@/lib/errors";
import { runUnitTests, UnitTestBoundError, type UnitTestResult } from "../unit-test/run";
import { TestFileError } from "../unit-test/test-file";
import { NoPrometheusError } from "../unit-test/throw-away-prometheus";

let isRunning = false;

/**
 * Runs promtool's tests that come with their rule files inlined; one file at a time. Throws `conflict` while another runs,
 * `invalid_request` for a file that is none, `query_too_large` for more than is run at once, and `unavailable` where there
 * is no `prometheus`.
 */
export async function runRuleTests(content: string, signal?: AbortSignal): Promise<UnitTestResult> {
  if (isRunning)
    throw problem("conflict", "Another file of tests is being run; try again when it has ended.");
  isRunning = true;
  try {
    return await runUnitTests(content, {}, { signal });
  } catch (error) {
    if (error instanceof TestFileError) throw problem("invalid_request", error.message, { cause: error });
    if (error instanceof UnitTestBoundError)
      throw problem("query_too_large", error.message, { cause: error });
    if (error instanceof NoPrometheusError) throw problem("unavailable", error.message, { cause: error });
    throw error;
  } finally {
    isRunning = false;
  }
}
