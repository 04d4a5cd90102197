import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { browserSafe } from "./browser-safe";
import { colours } from "./colours";
import { cycles } from "./cycles";
import { databaseWrites, modelsIn } from "./database-writes";
import { layers } from "./layers";
import { pureTime } from "./pure-time";
import { type Problem, readSources } from "./source";
import { withoutSuppressed } from "./suppressions";

const root = path.resolve(import.meta.dirname, "../..");

/** Tracked files and new ones that git does not ignore, so that generated code stays out. */
const files = execFileSync(
  "git",
  [
    "-c",
    "safe.directory=*",
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "*.ts",
    "*.tsx",
    "*.css",
  ],
  { cwd: root, encoding: "utf8" },
)
  .split("\n")
  .filter(
    (file) =>
      file !== "" &&
      !file.endsWith(".d.ts") &&
      !file.includes("/testdata/") &&
      existsSync(path.join(root, file)),
  );

const schemaFolder = path.join(root, "prisma/schema");
const models = modelsIn(
  readdirSync(schemaFolder)
    .map((file) => readFileSync(path.join(schemaFolder, file), "utf8"))
    .join("\n"),
);

const sources = readSources(root, files);
const rules: Record<string, () => Problem[]> = {
  layers: () => layers(sources),
  cycles: () => cycles(sources),
  "browser-safe": () => browserSafe(sources),
  colours: () => colours(sources),
  "database-writes": () => databaseWrites(sources, models),
  "pure-time": () => pureTime(sources),
};
const problems = withoutSuppressed(
  sources,
  Object.values(rules).flatMap((rule) => rule()),
).sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);

for (const { file, line, column, rule, message } of problems)
  console.log(`${file}:${line}:${column} ${rule}\n  ${message}`);
const broken = new Set(problems.map(({ rule }) => rule)).size;
console.log(
  `${files.length} files, ${Object.keys(rules).length} rules, ${problems.length === 0 ? "nothing found" : `${problems.length} found, by ${broken} of them`}.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
