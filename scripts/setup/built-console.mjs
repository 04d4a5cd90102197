import { existsSync, readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { SetupError } from "./setup-error.mjs";

/**
 * The folder of the version of the console with this hash, in the clone at `root`.
 * @param {string} root
 * @param {string} hash
 */
export const consoleFolder = (root, hash) => path.join(root, ".inferscope/console", hash.slice(0, 16));

/**
 * The stamp that holds the hash of what was built last: the console, or a program.
 * @param {string} root
 * @param {string} name
 */
export const stampOf = (root, name) => path.join(root, ".inferscope/stamps", name);

/**
 * The folder that holds the console, absolute: in a clone where the last build put it, else `folder` itself, as in the
 * container image.
 * @param {string} folder
 */
export function builtConsole(folder) {
  const stamp = stampOf(folder, "console");
  return existsSync(stamp) ? consoleFolder(folder, readFileSync(stamp, "utf8")) : folder;
}

/**
 * Copies a built console to `out`, a folder that does not exist yet.
 * @param {string} folder
 * @param {string} out
 * @throws {SetupError} when something is there
 */
export async function placeConsole(folder, out) {
  if (existsSync(out))
    throw new SetupError(`${out} is there already. Give --out a folder that does not exist yet.`);
  await cp(folder, out, { recursive: true, verbatimSymlinks: true });
}
