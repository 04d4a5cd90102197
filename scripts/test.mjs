import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nodeVersionProblem } from "./setup/node-version.mjs";

const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}

const { buildConsole, bundlePrograms, generatePrismaClient } = await import("./setup/build.mjs");
const { createGuardian } = await import("./setup/guardian.mjs");
const { interruptSignal } = await import("./setup/interrupt.mjs");
const { isRunning, withLock } = await import("./setup/lock.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { freePort } = await import("./setup/ports.mjs");
const { createProgress } = await import("./setup/progress.mjs");
const { needsDatabase, playwrightCounts, summary, vitestCounts } = await import("./setup/results.mjs");
const { run } = await import("./setup/run.mjs");
const { describeFailure, SetupError } = await import("./setup/setup-error.mjs");
const { findOrInstallTestTools } = await import("./setup/test-tools.mjs");

/** @typedef {import("./setup/results.mjs").Counts} Counts */

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const suites = ["static", "unit", "db", "e2e"];
const usage = `Usage: npm test [-- [--only ${suites.join("|")}] [FILTER...]]

  --only SUITE   run this suite; may be given again, or several divided by commas
  FILTER         part of a test file's path`;
// Enough for what the end-to-end tests look at; six hours would take longer to make.
const historySeconds = 3600;
const keptLines = 5000;

const interrupted = interruptSignal();
const guardian = createGuardian();
const progress = createProgress();
const setup = { root, signal: interrupted, guardian, progress };
const workFolder = path.join(root, ".inferscope", `test-${process.pid}`);

/** @param {string[]} args */
function readArguments(args) {
  /** @type {string[]} */
  const only = [];
  /** @type {string[]} */
  const filters = [];
  for (let i = 0; i < args.length; i += 1) {
    const [flag, given] = (args[i] ?? "").split("=", 2);
    if (flag !== "--only") {
      if (args[i]?.startsWith("-")) throw new SetupError(`${args[i]} is not an option.\n${usage}`);
      filters.push(args[i] ?? "");
      continue;
    }
    const value = given ?? args[++i] ?? "";
    for (const suite of value.split(",")) {
      if (!suites.includes(suite))
        throw new SetupError(`--only takes ${suites.join(", ")}, not "${suite}".\n${usage}`);
      only.push(suite);
    }
  }
  return { only: new Set(only.length > 0 ? only : suites), filters };
}

const bin = (/** @type {string} */ file) => path.join(root, "node_modules", file);

/**
 * Runs a check or a test run as a step; its output is shown when it fails.
 * @param {string} label
 * @param {string[]} args of node
 * @param {{ env?: NodeJS.ProcessEnv, progressOf?: (line: string) => string | undefined }} [options]
 */
async function check(label, args, { env = process.env, progressOf = (line) => line } = {}) {
  let output = "";
  const code = await progress.step(label, async (report) => {
    const result = await run(process.execPath, args, {
      what: label,
      cwd: root,
      signal: interrupted,
      guardian,
      env: { ...env, NO_COLOR: "1" },
      allowFailure: true,
      keptLines,
      onLine: (line) => {
        const text = progressOf(line);
        if (text !== undefined) report.detail(text);
      },
    });
    output = result.output;
    if (result.code !== 0) report.finish(`${label}: failed`);
    return result.code;
  });
  if (code !== 0) progress.say(output);
  return code;
}

/** @returns {Promise<Counts>} */
async function checkStatically() {
  // Writes next-env.d.ts and the types of routes, which the compiler needs.
  await check("Generating the types of routes", [bin("next/dist/bin/next"), "typegen"], {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  const codes = [
    await check("Types (tsc)", [bin("typescript/bin/tsc"), "--noEmit"]),
    await check("Format and lint (biome)", [bin("@biomejs/biome/bin/biome"), "ci", "--colors=off", "."]),
    await check("House rules (scripts/lint)", [bin("tsx/dist/cli.mjs"), "scripts/lint/main.ts"]),
  ];
  const failed = codes.filter((code) => code !== 0).length;
  return { suite: "static", passed: codes.length - failed, failed, skipped: 0 };
}

/** @param {string} file */
const readReport = async (file) => {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
};

/**
 * @param {{ only: Set<string>, filters: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Counts[]>}
 */
async function runVitest({ only, filters, env }) {
  const outputFile = path.join(workFolder, "vitest.json");
  const files =
    only.has("unit") === only.has("db")
      ? []
      : only.has("db")
        ? ["--dir", ".", ...[".db.test.", "route.test."]]
        : ["--exclude", "**/*.db.test.*", "--exclude", "**/route.test.*"];
  let done = 0;
  const code = await check(
    only.has("db") ? "Unit and database tests (vitest)" : "Unit tests (vitest)",
    [
      bin("vitest/vitest.mjs"),
      "run",
      "--passWithNoTests",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${outputFile}`,
      ...files,
      ...filters,
    ],
    {
      env,
      progressOf: (line) => {
        const file = /^\s*[✓❯×]\s+(\S+\.test\.tsx?)/.exec(line)?.[1];
        if (file === undefined) return undefined;
        done += 1;
        return `${done} files, last ${file}`;
      },
    },
  );
  const report = await readReport(outputFile);
  const counts = report === undefined ? [] : vitestCounts(report);
  if (code !== 0 && counts.every(({ failed }) => failed === 0))
    return [...counts, { suite: "vitest", passed: 0, failed: 1, skipped: 0 }];
  return counts;
}

/**
 * @param {{ filters: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Counts>}
 */
async function runPlaywright({ filters, env }) {
  const outputFile = path.join(workFolder, "playwright.json");
  const code = await check(
    "End-to-end tests (playwright)",
    [bin("@playwright/test/cli.js"), "test", "--reporter=list,json", ...filters],
    {
      env: {
        ...env,
        PLAYWRIGHT_JSON_OUTPUT_NAME: outputFile,
        INFERSCOPE_E2E_PORT: String(await freePort()),
        INFERSCOPE_E2E_DATA_DIR: path.join(workFolder, "e2e"),
        INFERSCOPE_DEMO_HISTORY_SECONDS: String(historySeconds),
      },
    },
  );
  const report = await readReport(outputFile);
  const counts =
    report === undefined ? { suite: "e2e", passed: 0, failed: 0, skipped: 0 } : playwrightCounts(report);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * Runs `work` with a PostgreSQL of its own, migrated, which is thrown away afterwards.
 * @template T
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withDatabase(work) {
  const { Supervisor, choosePorts, preparePostgres } = await import(
    pathToFileURL(path.join(root, ".inferscope/build/quickstart.mjs")).href
  );
  const { ports, release } = await choosePorts({ postgres: 5500 });
  const supervisor = new Supervisor({
    logDirectory: path.join(workFolder, "logs"),
    guardian,
    signal: interrupted,
  });
  try {
    const url = await progress.step("Starting PostgreSQL for the tests", async (report) => {
      const server = await preparePostgres({
        root,
        dataDirectory: path.join(workFolder, "db"),
        port: ports.postgres,
        password: "of a database that is thrown away",
        settings: ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"],
      });
      await supervisor.start(server.spec);
      await server.createDatabase("test");
      const databaseUrl = server.urlOf("test");
      await run(process.execPath, [path.join(root, ".inferscope/build/migrate.mjs"), "deploy"], {
        what: "Migrating the test database",
        cwd: root,
        signal: interrupted,
        guardian,
        env: { ...process.env, DATABASE_URL: databaseUrl },
      });
      report.finish("PostgreSQL for the tests ready");
      return databaseUrl;
    });
    return await work(url);
  } finally {
    await supervisor.stop();
    release();
  }
}

/** Deletes a folder of a run, with the data that its PostgreSQL keeps elsewhere. */
async function removeWork(/** @type {string} */ folder) {
  for (const part of ["db", "e2e"]) {
    const elsewhere = await readFile(path.join(folder, part, "postgres-location"), "utf8").catch(() => "");
    if (elsewhere.trim() !== "") await rm(elsewhere.trim(), { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}

/** Deletes what runs that were killed have left. */
async function removeLeftBehind() {
  for (const name of await readdir(path.join(root, ".inferscope"))) {
    const pid = /^test-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== process.pid && !isRunning(Number(pid)))
      await removeWork(path.join(root, ".inferscope", name));
  }
}

/** @returns {Promise<Counts[]>} */
async function test() {
  const { only, filters } = readArguments(process.argv.slice(2));
  await mkdir(workFolder, { recursive: true });
  await removeLeftBehind();
  const runsVitest = only.has("unit") || only.has("db");
  const onWait = (/** @type {number} */ holder) =>
    progress.say(`Another copy is being set up in this folder (process ${holder}); waiting for it.`);
  const env = { ...process.env };
  // What is set for a console that the person runs must not reach the tests.
  for (const name of Object.keys(env))
    if (/^(INFERSCOPE_|OIDC_)|^(DATABASE|PROMETHEUS|JAEGER|ALERTMANAGER)_URL$|^PORT$/.test(name))
      delete env[name];

  const tools = runsVitest || only.has("e2e") ? findOrInstallTestTools(setup) : Promise.resolve({});
  tools.catch(() => {});
  const folder = await withLock(
    path.join(root, ".inferscope/build.lock"),
    { signal: interrupted, onWait },
    async () => {
      await installPackages({ ...setup, dev: true });
      await generatePrismaClient(setup);
      if (runsVitest || only.has("e2e")) await bundlePrograms(setup);
      return runsVitest || only.has("e2e") ? buildConsole(setup) : "";
    },
  );
  Object.assign(env, await tools, { INFERSCOPE_CONSOLE_FOLDER: folder });

  /** @type {Counts[]} */
  const all = [];
  if (only.has("static")) all.push(await checkStatically());
  const stillRuns =
    filters.length === 0 || filters.some((filter) => needsDatabase(filter) || !filter.startsWith("e2e"));
  if (runsVitest && stillRuns) {
    if (only.has("db"))
      all.push(
        ...(await withDatabase((url) =>
          runVitest({ only, filters, env: { ...env, TEST_DATABASE_URL: url } }),
        )),
      );
    else all.push(...(await runVitest({ only, filters, env })));
  }
  if (only.has("e2e")) all.push(await runPlaywright({ filters, env }));
  return all;
}

let status = 1;
try {
  const all = await test();
  status = all.some(({ failed }) => failed > 0) ? 1 : 0;
  progress.say(`\n${summary(all).join("\n")}`);
} catch (error) {
  if (interrupted.aborted) progress.say("Stopped.");
  else console.error(`\n${describeFailure(error)}`);
  if (interrupted.aborted) status = 130;
} finally {
  await removeWork(workFolder);
}
guardian.end();
process.exit(status);
