import { cp, mkdir, readdir, readlink, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { consoleFolder, stampOf } from "./built-console.mjs";
import { run } from "./run.mjs";
import { buildIfChanged, hashInputs } from "./stamp.mjs";

/**
 * @typedef {{ root: string, signal: AbortSignal, guardian: import("./guardian.mjs").Guardian,
 *   progress: import("./progress.mjs").Progress }} Setup
 */

/** Every program that runs outside Next, and where it begins. */
const programs = {
  start: "scripts/start.ts",
  user: "scripts/user.ts",
  migrate: "scripts/migrate.ts",
  "rule-parser": "scripts/rule-parser.ts",
  quickstart: "stack/quickstart/main.ts",
  "llm-server": "stack/llm-server/main.ts",
  "trace-store": "stack/trace-store/main.ts",
};

const keptMilliseconds = 24 * 3600 * 1000;
const node = process.versions.node;
const schemaInputs = ["prisma/schema", "prisma.config.ts", "package-lock.json"];

/** Generates the Prisma client from the schema, when that changed. @param {Setup} setup */
export async function generatePrismaClient({ root, signal, guardian, progress }) {
  const hash = await hashInputs(root, schemaInputs, node);
  const outputs = [path.join(root, "lib/db/generated/client.ts")];
  await buildIfChanged({ stamp: stampOf(root, "prisma"), hash, outputs }, () =>
    progress.step("Generating the database client", async (report) => {
      report.finish("Database client generated");
      await run(process.execPath, [path.join(root, "node_modules/prisma/build/index.js"), "generate"], {
        what: "Generating the database client",
        cwd: root,
        signal,
        guardian,
        env: { ...process.env, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
      });
    }),
  );
}

/** Bundles the programs that run outside Next into .inferscope/build, when their sources changed. @param {Setup} setup */
export async function bundlePrograms({ root, progress }) {
  const hash = await hashInputs(root, ["lib", "stack", "scripts", "tsconfig.json", ...schemaInputs], node);
  const outdir = path.join(root, ".inferscope/build");
  const outputs = Object.keys(programs).map((name) => path.join(outdir, `${name}.mjs`));
  await buildIfChanged({ stamp: stampOf(root, "programs"), hash, outputs }, () =>
    progress.step("Bundling the programs", async (report) => {
      report.finish("Programs bundled");
      const { build } = await import("esbuild");
      await build({
        absWorkingDir: root,
        entryPoints: programs,
        outdir,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node20",
        packages: "external",
        // "server-only" throws outside a React server build; the guard it gives is checked by `next build`.
        alias: { "server-only": path.join(root, "scripts/setup/server-only.mjs") },
        loader: { ".proto": "text", ".sql": "text" },
        sourcemap: "linked",
        logLevel: "silent",
      });
    }),
  );
}

/**
 * Builds the console when its sources changed, into .inferscope/console/<hash>: the working directory to start it in, with
 * its static files, migrations and docs. A folder a version, so that a console which runs already keeps its files.
 * @param {Setup} setup
 * @returns {Promise<string>} that folder, absolute
 */
export async function buildConsole({ root, signal, guardian, progress }) {
  const inputs = [
    "app",
    "components",
    "lib",
    "public",
    "prisma/migrations",
    "package.json",
    "tsconfig.json",
    ...schemaInputs,
  ];
  const rootFiles = (await readdir(root)).filter((name) =>
    /^(next\.config|postcss\.config|proxy|instrumentation.*)\.(ts|mjs)$/.test(name),
  );
  const hash = await hashInputs(root, [...inputs, ...rootFiles], node);
  const folder = consoleFolder(root, hash);
  const consoles = path.dirname(folder);
  const standalone = path.join(folder, ".next/standalone");
  await buildIfChanged(
    { stamp: stampOf(root, "console"), hash, outputs: [path.join(standalone, "server.js")] },
    () =>
      progress.step("Building the console (next build)", async (report) => {
        report.finish("Console built");
        await run(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
          what: "Building the console",
          cwd: root,
          signal,
          guardian,
          onLine: report.detail,
          // The types are checked by `npm test`; here that would only delay the first page.
          env: {
            ...process.env,
            NODE_ENV: "production",
            NEXT_TELEMETRY_DISABLED: "1",
            INFERSCOPE_SKIP_TYPE_CHECK: "1",
          },
        });
        await removeUnused(consoles);
        await rm(folder, { recursive: true, force: true });
        await mkdir(path.dirname(standalone), { recursive: true });
        await rename(path.join(root, ".next/standalone"), standalone);
        await cp(path.join(root, ".next/static"), path.join(standalone, ".next/static"), { recursive: true });
        await cp(path.join(root, "public"), path.join(standalone, "public"), { recursive: true });
        for (const part of ["prisma/migrations", "docs"])
          await cp(path.join(root, part), path.join(folder, part), { recursive: true });
      }),
  );
  return folder;
}

/**
 * Deletes the versions that no process works in. Where the system does not say (no /proc), only those older than a day.
 * @param {string} consoles
 */
async function removeUnused(consoles) {
  const folders = (await readdir(consoles).catch(() => [])).map((name) => path.join(consoles, name));
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const workedIn = await Promise.all(processes.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  for (const folder of folders) {
    const age = Date.now() - (await stat(folder)).mtimeMs;
    const used =
      processes.length > 0
        ? workedIn.some((cwd) => `${cwd}/`.startsWith(`${folder}/`))
        : age < keptMilliseconds;
    if (!used) await rm(folder, { recursive: true, force: true });
  }
}
