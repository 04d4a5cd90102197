import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

const isTest = (/** @type {string} */ name) => /\.test\.tsx?$/.test(name);
const skippedFolders = new Set(["node_modules", "testdata", "generated", ".git", ".next", ".inferscope"]);

/**
 * @param {string} root
 * @param {string} relative
 * @returns {Promise<string[]>}
 */
async function filesUnder(root, relative) {
  const found = await stat(path.join(root, relative)).catch(() => undefined);
  if (found === undefined) return [];
  if (!found.isDirectory()) return [relative];
  const entries = await readdir(path.join(root, relative), { withFileTypes: true });
  const nested = await Promise.all(
    entries
      .filter((entry) => !(entry.isDirectory() ? skippedFolders.has(entry.name) : isTest(entry.name)))
      .map((entry) => filesUnder(root, path.join(relative, entry.name))),
  );
  return nested.flat();
}

/**
 * A SHA-256 in hex over the names and contents of files and folders (recursively; tests, test data and generated code
 * left out), and over `extra`. A path that does not exist counts as empty.
 * @param {string} root
 * @param {string[]} paths relative to root
 * @param {string} [extra] what else the result depends on, such as a version
 * @returns {Promise<string>}
 */
export async function hashInputs(root, paths, extra = "") {
  const files = (await Promise.all(paths.map((item) => filesUnder(root, item)))).flat().sort();
  const hash = createHash("sha256").update(extra);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(path.join(root, file)));
  return hash.digest("hex");
}

/**
 * Runs `build` unless the stamp file holds this hash and every output exists. The stamp is taken away while building,
 * so that a build cut short is done again.
 * @param {{ stamp: string, hash: string, outputs: string[] }} options absolute paths
 * @param {() => Promise<void>} build
 * @returns {Promise<boolean>} whether it was built
 */
export async function buildIfChanged({ stamp, hash, outputs }, build) {
  const known = await readFile(stamp, "utf8").catch(() => "");
  const present = await Promise.all(
    outputs.map((output) =>
      stat(output).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (known === hash && present.every(Boolean)) return false;
  await rm(stamp, { force: true });
  await build();
  await mkdir(path.dirname(stamp), { recursive: true });
  await writeFile(stamp, hash);
  return true;
}
