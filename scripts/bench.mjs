import { loadavg } from "node:os";
import path from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, root, whileBuildingAlone } = await import("./setup/command.mjs");
const { readArguments } = await import("./bench/arguments.mjs");
const { buildConsole, bundlePrograms, generatePrismaClient } = await import("./setup/build.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { findOrInstallPrometheus } = await import("./setup/prometheus.mjs");
const { findOrInstallTestTools } = await import("./setup/test-tools.mjs");

await command(async (setup) => {
  const options = readArguments(process.argv.slice(2));
  if (options.help !== undefined) {
    setup.progress.say(options.help);
    return 0;
  }
  // Before a build of ours adds to it.
  const load = loadavg()[0] ?? 0;
  const builtConsole = process.env.INFERSCOPE_CONSOLE_FOLDER;
  // What is set for a console that the person runs must not reach the one that is measured.
  for (const name of Object.keys(process.env))
    if (/^(INFERSCOPE_|OIDC_|OTEL_)|^(DATABASE|PROMETHEUS|JAEGER|ALERTMANAGER)_URL$|^PORT$/.test(name))
      delete process.env[name];

  const tools = findOrInstallTestTools(setup);
  tools.catch(() => {});
  const consoleFolder = await whileBuildingAlone(setup, async () => {
    await installPackages({ ...setup, dev: true });
    await generatePrismaClient(setup);
    await bundlePrograms(setup);
    return builtConsole ? path.resolve(builtConsole) : buildConsole(setup);
  });
  const { CHROMIUM_PATH: chromium } = await tools;
  const binaries = await findOrInstallPrometheus(setup);

  const { tsImport } = await import("tsx/esm/api");
  const { runBench } = await tsImport("./bench/main.ts", {
    parentURL: import.meta.url,
    tsconfig: path.join(root, "tsconfig.json"),
  });
  return runBench({
    ...setup,
    ...options,
    isBuiltEarlier: Boolean(builtConsole),
    load,
    chromium,
    binaries,
    consoleFolder,
  });
});
