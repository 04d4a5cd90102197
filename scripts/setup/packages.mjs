import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./run.mjs";

/**
 * @typedef {{ version?: string, dev?: boolean, optional?: boolean, peer?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/** What npm wrote into node_modules/.package-lock.json, when its last installation came to its end. */
const hiddenLock = "node_modules/.package-lock.json";
const stampFile = "node_modules/.inferscope.json";

/**
 * Whether what is installed is what the lock asks for. An optional package may be absent (it is for another system).
 * @param {Lock} wanted package-lock.json
 * @param {Lock} installed node_modules/.package-lock.json
 * @param {{ dev: boolean }} options whether packages for development count
 */
export function satisfiesLock(wanted, installed, { dev }) {
  return Object.entries(wanted.packages).every(([location, entry]) => {
    if (location === "" || entry.link) return true;
    if (!dev && entry.dev) return true;
    const found = installed.packages[location];
    if (found === undefined) return entry.optional === true || (entry.devOptional === true && !dev);
    return found.version === entry.version;
  });
}

/**
 * What is to be done about node_modules.
 * @param {{ wanted: Lock, installed: Lock | undefined, node: string, installedFor: string | undefined, dev: boolean }} state
 *   `node` and `installedFor` name the platform and ABI, now and when the packages were installed
 * @returns {"nothing" | "add" | "install"} `add` keeps what is there, which another copy may be running from
 */
export function packagesPlan({ wanted, installed, node, installedFor, dev }) {
  if (installed === undefined) return "install";
  if (installedFor !== undefined && installedFor !== node) return "install";
  if (satisfiesLock(wanted, installed, { dev })) return "nothing";
  return dev && satisfiesLock(wanted, installed, { dev: false }) ? "add" : "install";
}

/**
 * Brings node_modules to what package-lock.json says, doing nothing when it is so already.
 * @param {{ root: string, dev: boolean, signal: AbortSignal, guardian: import("./guardian.mjs").Guardian,
 *   progress: import("./progress.mjs").Progress }} options
 */
export async function installPackages({ root, dev, signal, guardian, progress }) {
  const read = async (/** @type {string} */ file) => {
    const text = await readFile(path.join(root, file), "utf8").catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  };
  const node = `${process.platform}-${process.arch}-${process.versions.modules}`;
  const wanted = await read("package-lock.json");
  const installed = await read(hiddenLock);
  const stamp = await read(stampFile);
  const plan = packagesPlan({ wanted, installed, node, installedFor: stamp?.node, dev });
  if (plan === "nothing") {
    if (stamp === undefined) await writeFile(path.join(root, stampFile), JSON.stringify({ node }));
    return;
  }
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  const args =
    plan === "add"
      ? ["install", "--no-save", "--include=dev", ...quiet]
      : ["ci", ...(dev ? ["--include=dev"] : ["--omit=dev"]), ...quiet];
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm !== undefined && existsSync(npm) ? [process.execPath, npm] : ["npm"];
  const label = plan === "add" ? "Adding packages for development" : `Installing packages (npm ${args[0]})`;
  await progress.step(label, async (report) => {
    report.finish(plan === "add" ? "Packages for development added" : "Packages installed");
    await run(command, [...before, ...args], { what: "Installing packages", cwd: root, signal, guardian });
    await writeFile(path.join(root, stampFile), JSON.stringify({ node }));
  });
}
