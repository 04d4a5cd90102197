import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, root, whileBuildingAlone } = await import("./setup/command.mjs");
const { buildConsole, bundlePrograms, generatePrismaClient } = await import("./setup/build.mjs");
const { isRunning } = await import("./setup/lock.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { freePortFrom } = await import("./setup/ports.mjs");
const { playwrightCounts, summary, vitestCounts } = await import("./setup/results.mjs");
const { run } = await import("./setup/run.mjs");
const { SetupError } = await import("./setup/setup-error.mjs");
const { findOrInstallTestTools } = await import("./setup/test-tools.mjs");

/** @typedef {import("./setup/command.mjs").Setup} Setup */
/** @typedef {import("./setup/results.mjs").Counts} Counts */

const suites = ["static", "unit", "db", "e2e"];
const usage = `Usage: npm test [-- [--only ${suites.join("|")}] [FILTER...]]

  --only SUITE   run this suite; may be given again, or several divided by commas
  FILTER         part of a test file's path`;
// Enough for what the end-to-end tests look at; six hours would take longer to make.
const historySeconds = 3600;
const keptLines = 5000;
// The port of the console under test; the next free one where another run has it.
const firstPort = 3140;

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
  if (only.length > 0) return { only: new Set(only), filters };
  if (filters.length === 0) return { only: new Set(suites), filters };
  // A file's path says which suites could have it.
  const inBrowser = filters.filter((filter) => filter.startsWith("e2e"));
  const chosen = [
    ...(inBrowser.length < filters.length ? ["unit", "db"] : []),
    ...(inBrowser.length > 0 ? ["e2e"] : []),
  ];
  return { only: new Set(chosen), filters };
}

const bin = (/** @type {string} */ file) => path.join(root, "node_modules", file);

/**
 * Runs a check or a test run as a step; its output is shown when it fails.
 * @param {Setup} setup
 * @param {string} label
 * @param {string[]} args of node
 * @param {{ env?: NodeJS.ProcessEnv, progressOf?: (line: string) => string | undefined }} [options]
 */
async function check(
  { signal, guardian, progress },
  label,
  args,
  { env = process.env, progressOf = (line) => line } = {},
) {
  let output = "";
  const code = await progress.step(label, async (report) => {
    const result = await run(process.execPath, args, {
      what: label,
      cwd: root,
      signal,
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

/**
 * @param {Setup} setup
 * @returns {Promise<Counts>}
 */
async function checkStatically(setup) {
  // Writes next-env.d.ts and the types of routes, which the compiler needs.
  await check(setup, "Generating the types of routes", [bin("next/dist/bin/next"), "typegen"], {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
  });
  const codes = [
    await check(setup, "Types (tsc)", [bin("typescript/bin/tsc"), "--noEmit"]),
    await check(setup, "Format and lint (biome)", [
      bin("@biomejs/biome/bin/biome"),
      "ci",
      "--colors=off",
      ".",
    ]),
    await check(setup, "House rules (scripts/lint)", [bin("tsx/dist/cli.mjs"), "scripts/lint/main.ts"]),
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
 * @param {Setup} setup
 * @param {{ only: Set<string>, filters: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Counts[]>}
 */
async function runVitest(setup, { only, filters, env }) {
  const outputFile = path.join(workFolder, "vitest.json");
  const projects = ["unit", "db"].filter((name) => only.has(name)).map((name) => `--project=${name}`);
  let done = 0;
  const code = await check(
    setup,
    only.has("db") ? "Unit and database tests (vitest)" : "Unit tests (vitest)",
    [
      bin("vitest/vitest.mjs"),
      "run",
      "--passWithNoTests",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${outputFile}`,
      ...projects,
      ...filters,
    ],
    {
      env,
      progressOf: (line) => {
        const file = /^\s*[✓❯×]\s+(?:\|\w+\|\s+)?(\S+\.test\.tsx?)/.exec(line)?.[1];
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
 * @param {Setup} setup
 * @param {{ filters: string[], env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Counts>}
 */
async function runPlaywright(setup, { filters, env }) {
  const outputFile = path.join(workFolder, "playwright.json");
  const code = await check(
    setup,
    "End-to-end tests (playwright)",
    [
      bin("@playwright/test/cli.js"),
      "test",
      "--reporter=list,json",
      ...(filters.length > 0 ? ["--pass-with-no-tests"] : []),
      ...filters,
    ],
    {
      env: {
        ...env,
        PLAYWRIGHT_JSON_OUTPUT_NAME: outputFile,
        INFERSCOPE_E2E_PORT: String(await freePortFrom(firstPort)),
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
 * @param {Setup} setup
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withDatabase({ signal, guardian, progress }, work) {
  const { Supervisor, choosePorts, preparePostgres } = await import(
    pathToFileURL(path.join(root, ".inferscope/build/quickstart.mjs")).href
  );
  const { ports, release } = await choosePorts({ postgres: 5500 });
  const supervisor = new Supervisor({
    logDirectory: path.join(workFolder, "logs"),
    guardian,
    signal,
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
        signal,
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

/**
 * @param {Setup} setup
 * @returns {Promise<Counts[]>}
 */
async function test(setup) {
  const { only, filters } = readArguments(process.argv.slice(2));
  await mkdir(workFolder, { recursive: true });
  await removeLeftBehind();
  const runsVitest = only.has("unit") || only.has("db");
  const runsSomething = runsVitest || only.has("e2e");
  const env = { ...process.env };
  // What is set for a console that the person runs must not reach the tests.
  for (const name of Object.keys(env))
    if (/^(INFERSCOPE_|OIDC_|OTEL_)|^(DATABASE|PROMETHEUS|JAEGER|ALERTMANAGER)_URL$|^PORT$/.test(name))
      delete env[name];

  const tools = runsSomething ? findOrInstallTestTools(setup) : Promise.resolve({});
  tools.catch(() => {});
  const folder = await whileBuildingAlone(setup, async () => {
    await installPackages({ ...setup, dev: true });
    await generatePrismaClient(setup);
    if (!runsSomething) return "";
    await bundlePrograms(setup);
    return buildConsole(setup);
  });
  Object.assign(env, await tools, { INFERSCOPE_CONSOLE_FOLDER: folder });

  /** @type {Counts[]} */
  const all = [];
  if (only.has("static")) all.push(await checkStatically(setup));
  if (only.has("db"))
    all.push(
      ...(await withDatabase(setup, (url) =>
        runVitest(setup, { only, filters, env: { ...env, TEST_DATABASE_URL: url } }),
      )),
    );
  else if (only.has("unit")) all.push(...(await runVitest(setup, { only, filters, env })));
  if (only.has("e2e")) all.push(await runPlaywright(setup, { filters, env }));
  return all;
}

await command(async (setup) => {
  try {
    const all = await test(setup);
    setup.progress.say(`\n${summary(all).join("\n")}`);
    return all.some(({ failed }) => failed > 0) ? 1 : 0;
  } finally {
    await removeWork(workFolder);
  }
});
