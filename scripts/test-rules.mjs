import path from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, whileBuildingAlone } = await import("./setup/command.mjs");
const { installPackages } = await import("./setup/packages.mjs");

await command(async (setup) => {
  const files = process.argv.slice(2);
  if (files.length === 0) {
    setup.progress.say("Usage: npm run test-rules -- FILE...");
    return 1;
  }
  await whileBuildingAlone(setup, () => installPackages({ ...setup, dev: true }));
  const { tsImport } = await import("tsx/esm/api");
  const { testRules } = await tsImport("./test-rules/main.ts", {
    parentURL: import.meta.url,
    tsconfig: path.join(setup.root, "tsconfig.json"),
  });
  const folder = process.env.INIT_CWD ?? ".";
  return testRules(
    files.map((file) => path.resolve(folder, file)),
    setup.progress.say,
  );
});
