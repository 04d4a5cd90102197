import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { root } = await import("./setup/command.mjs");
const { consolePort } = await import("./setup/ports.mjs");

/** What the newest quickstart in this clone, or the one on PORT, has written down about itself. */
function quickstart() {
  const port = process.env.PORT;
  const folders = process.env.INFERSCOPE_DATA_DIR
    ? [path.resolve(root, process.env.INFERSCOPE_DATA_DIR)]
    : port
      ? [path.join(root, ".inferscope", `data-${consolePort(port)}`)]
      : readdirSync(path.join(root, ".inferscope"))
          .filter((name) => name.startsWith("data-"))
          .map((name) => path.join(root, ".inferscope", name));
  const [newest] = folders
    .map((folder) => path.join(folder, "stack.json"))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return newest === undefined ? undefined : JSON.parse(readFileSync(newest, "utf8"));
}

const program = path.join(root, ".inferscope/build/user.mjs");
if (!existsSync(program)) {
  console.error("Inferscope is not built here. Run `npm run quickstart` or `npm run build` first.");
  process.exit(1);
}
const env = { ...process.env };
if (!env.DATABASE_URL) {
  const stack = quickstart();
  if (stack === undefined) {
    console.error("Set DATABASE_URL to the console's database, or start the quickstart in this folder.");
    process.exit(1);
  }
  env.DATABASE_URL = stack.databaseUrl;
  env.PORT = new URL(stack.console).port;
}
process.exit(
  spawnSync(process.execPath, [program, ...process.argv.slice(2)], { env, stdio: "inherit" }).status ?? 1,
);
