import path from "node:path";
import { parseArgs } from "node:util";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { placeConsole } = await import("./setup/built-console.mjs");
const { SetupError } = await import("./setup/setup-error.mjs");
const { command, whileBuildingAlone } = await import("./setup/command.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { bundlePrograms, buildConsole, generatePrismaClient } = await import("./setup/build.mjs");

/** The folder that --out names, absolute, if any. */
function outFolder() {
  try {
    const { out } = parseArgs({ options: { out: { type: "string" } } }).values;
    return out === undefined ? undefined : path.resolve(out);
  } catch (error) {
    throw new SetupError(`${/** @type {Error} */ (error).message} Give --out FOLDER, or nothing.`);
  }
}

await command(async (setup) => {
  const out = outFolder();
  const folder = await whileBuildingAlone(setup, async () => {
    await installPackages({ ...setup, dev: false });
    await generatePrismaClient(setup);
    await bundlePrograms(setup);
    const built = await buildConsole(setup);
    if (out !== undefined) await placeConsole(built, out);
    return out ?? setup.root;
  });
  setup.progress.say(
    `The console is built; start it in ${folder} with \`node ${setup.root}/.inferscope/build/start.mjs\`.`,
  );
  return 0;
});
