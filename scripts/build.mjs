import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, whileBuildingAlone } = await import("./setup/command.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { bundlePrograms, buildConsole, generatePrismaClient } = await import("./setup/build.mjs");

await command(async (setup) => {
  const folder = await whileBuildingAlone(setup, async () => {
    await installPackages({ ...setup, dev: false });
    await generatePrismaClient(setup);
    await bundlePrograms(setup);
    return buildConsole(setup);
  });
  setup.progress.say(
    `The console is in ${folder}; start it there with \`node ${setup.root}/.inferscope/build/start.mjs\`.`,
  );
  return 0;
});
