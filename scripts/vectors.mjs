import path from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, whileBuildingAlone } = await import("./setup/command.mjs");
const { installPackages } = await import("./setup/packages.mjs");

await command(async (setup) => {
  const [folder, ...more] = process.argv.slice(2);
  if (folder === undefined || more.length > 0) {
    setup.progress.say("Usage: npm run vectors -- FOLDER");
    return 1;
  }
  await whileBuildingAlone(setup, () => installPackages({ ...setup, dev: true }));
  const { tsImport } = await import("tsx/esm/api");
  const { runVectors } = await tsImport("./vectors/main.ts", {
    parentURL: import.meta.url,
    tsconfig: path.join(setup.root, "tsconfig.json"),
  });
  return runVectors(path.resolve(process.env.INIT_CWD ?? ".", folder), setup.progress.say);
});
