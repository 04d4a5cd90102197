import { type Dirent, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { matchesGlob, runUnitTests, type UnitTestResult } from "@/lib/alerts/unit-test/run";
import { parseTestFile } from "@/lib/alerts/unit-test/test-file";

/**
 * Runs files of promtool's unit tests and prints what failed. Answers the exit status: 1 where a test failed, a file is not
 * one of tests, or there is no Prometheus to run them in.
 */
export async function testRules(files: readonly string[], say: (line: string) => void): Promise<number> {
  let isGood = true;
  for (const file of files) {
    const name = path.relative(process.cwd(), file);
    let result: UnitTestResult;
    try {
      const text = readFileSync(file, "utf8");
      result = await runUnitTests(text, ruleFilesOf(text, path.dirname(file), say));
    } catch (error) {
      say(`FAILED  ${name}: ${(error as Error).message}`);
      isGood = false;
      continue;
    }
    const { passed, cases, failures } = result;
    isGood &&= passed;
    say(`${passed ? "PASSED" : "FAILED"}  ${name}: ${cases} cases, ${failures.length} failures`);
    for (const { test, message, expected, got } of failures) {
      say(`  ${test}: ${message}`);
      if (expected !== null) say(`    expected ${indented(expected)}`);
      if (got !== null) say(`    got      ${indented(got)}`);
    }
  }
  return isGood ? 0 : 1;
}

const indented = (text: string) => text.replaceAll("\n", "\n             ");

/** The files that `rule_files` names, by the names that it has for them. */
function ruleFilesOf(text: string, folder: string, say: (line: string) => void): Record<string, string> {
  const found: Record<string, string> = {};
  const { rule_files: patterns, rule_files_content: inline } = parseTestFile(text);
  for (const pattern of patterns) {
    const names = filesMatching(pattern, folder);
    if (names.length === 0 && !Object.keys(inline).some((name) => matchesGlob(name, pattern)))
      say(`WARNING no file matches ${pattern}`);
    for (const name of names) found[name] = readFileSync(path.resolve(folder, name), "utf8");
  }
  return found;
}

function filesMatching(pattern: string, folder: string): string[] {
  const parts = pattern.split("/");
  const from = parts.findIndex((part) => /[*?[]/.test(part));
  const fixed = parts.slice(0, from === -1 ? -1 : from).join("/");
  const base = fixed === "" && pattern.startsWith("/") ? "/" : fixed;
  const depth = from === -1 ? 1 : parts.length - from;
  const names: string[] = [];
  const walk = (name: string, left: number) => {
    let entries: Dirent[];
    try {
      entries = readdirSync(path.resolve(folder, name === "" ? "." : name), { withFileTypes: true });
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
      throw error;
    }
    for (const entry of entries) {
      const full = name === "" ? entry.name : name === "/" ? `/${entry.name}` : `${name}/${entry.name}`;
      if (left === 1 && !entry.isDirectory() && matchesGlob(full, pattern)) names.push(full);
      if (left > 1 && entry.isDirectory()) walk(full, left - 1);
    }
  };
  walk(base, depth);
  return names;
}
