import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runCase, vectorFileSchema } from "./compare";
import { vectorMethods } from "./methods";

/** So many failed cases of a file are told in full. */
const toldFailures = 5;

/**
 * Runs every vector file of a folder and prints a table. Answers the exit status: 1 where a case failed, a file is not
 * one of vectors, or there is none; a file whose method does not exist yet is only named.
 */
export function runVectors(folder: string, say: (line: string) => void): number {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch (error) {
    say(`${folder} cannot be read: ${(error as Error).message}`);
    return 1;
  }
  if (names.length === 0) {
    say(`${folder} holds no vector file (*.json).`);
    return 1;
  }
  names.sort();
  const width = Math.max("file".length, ...names.map(({ length }) => length));
  const row = (file: string, held: string, error: string) =>
    `${file.padEnd(width)}  ${held.padStart(9)}  ${error.padStart(22)}`;
  say(row("file", "held", "largest relative error"));

  const missing: string[] = [];
  const failures: string[] = [];
  let [held, ran] = [0, 0];
  for (const file of names) {
    const method = Object.hasOwn(vectorMethods, path.basename(file, ".json"))
      ? vectorMethods[path.basename(file, ".json")]
      : undefined;
    if (method === undefined) {
      missing.push(file);
      continue;
    }
    const parsed = read(path.join(folder, file));
    if (typeof parsed === "string") {
      say(row(file, "–", "–"));
      failures.push(`${file}: ${parsed}`);
      continue;
    }
    const outcomes = parsed.cases.map((one) => runCase(method, one));
    const good = outcomes.filter(({ differences }) => differences.length === 0).length;
    const errors = outcomes.flatMap(({ relativeError }) => relativeError ?? []);
    held += good;
    ran += outcomes.length;
    say(
      row(
        file,
        `${good} of ${outcomes.length}`,
        errors.length === 0 ? "–" : Math.max(...errors).toExponential(1),
      ),
    );
    const failed = outcomes.filter(({ differences }) => differences.length > 0);
    for (const { name, differences } of failed.slice(0, toldFailures))
      failures.push(`${file}, "${name}": ${differences.join("; ")}`);
    if (failed.length > toldFailures) failures.push(`${file}: ${failed.length - toldFailures} more`);
  }
  if (missing.length > 0) say(`\nNo method yet for ${missing.join(", ")}.`);
  for (const failure of failures) say(`FAILED ${failure}`);
  say(`\n${held} of ${ran} cases held in ${names.length - missing.length} files.`);
  return failures.length === 0 ? 0 : 1;
}

function read(file: string) {
  try {
    const parsed = vectorFileSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `not a file of vectors: ${issue?.path.join(".")} ${issue?.message}`;
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
}
