import { existsSync } from "node:fs";
import http, { type RequestListener } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inFrontOf } from "@/lib/api/front";
import { ensureBootstrap, ensureSetupToken } from "@/lib/auth/bootstrap";
import { listensOnLoopback, publicUrl } from "@/lib/config";
import { generatedSecrets } from "@/lib/config/generated-secrets";
import { parseConfig } from "@/lib/config/schema";
import { closeDatabase } from "@/lib/db/client";
import { applyMigrations } from "@/lib/db/migrations";
import { startWorker } from "@/lib/jobs/worker";
import { log } from "@/lib/observability/log";
import { measuringPages, routesOf } from "@/lib/observability/page-durations";
import { recordUsage } from "@/lib/query/job";
import { ensureEnvironmentSources } from "@/lib/sources/environment";
import { builtConsole } from "./setup/built-console.mjs";
import { listenAdvice, listenProblem } from "./setup/ports.mjs";

/** A worker that has not stopped by then is cut off; its leases run out and its jobs are taken up again. */
const STOP_TIMEOUT_MS = 2_000;

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const reason = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error));

const root = builtConsole(process.cwd());
for (const needed of ["prisma/migrations", ".next/standalone/server.js"])
  if (!existsSync(path.join(root, needed)))
    stop(
      `There is no ${needed} in ${root}. Start the console in the folder of a clone in which \`npm run build\` has run, or in that of the container image.`,
    );
let config: ReturnType<typeof parseConfig>;
try {
  config = parseConfig(process.env);
} catch (error) {
  stop(reason(error));
}
if (config.INFERSCOPE_ROLE !== "worker") {
  const problem = await listenProblem(config.PORT, config.INFERSCOPE_HOST);
  if (problem !== undefined) stop(listenAdvice(problem, config.PORT, config.INFERSCOPE_HOST));
}

const dataDirectory = path.resolve(config.INFERSCOPE_DATA_DIR);
try {
  Object.assign(process.env, generatedSecrets(dataDirectory, config));
} catch (error) {
  stop(
    `The data folder ${dataDirectory} cannot be used: ${reason(error)}. Set INFERSCOPE_DATA_DIR to a folder that this user may write.`,
  );
}
// Next's server changes the working directory, so what is relative is settled before.
Object.assign(process.env, {
  INFERSCOPE_DATA_DIR: dataDirectory,
  INFERSCOPE_MIGRATIONS_DIR: path.join(root, "prisma/migrations"),
  INFERSCOPE_DOCS_DIR: process.env.INFERSCOPE_DOCS_DIR ?? path.join(root, "docs"),
  INFERSCOPE_RULE_PARSER: path.join(import.meta.dirname, "rule-parser.mjs"),
  ...(config.INFERSCOPE_RULES_DIR === undefined
    ? {}
    : { INFERSCOPE_RULES_DIR: path.resolve(config.INFERSCOPE_RULES_DIR) }),
  NEXTAUTH_URL: publicUrl(),
  NEXTAUTH_SECRET: process.env.INFERSCOPE_SECRET,
  PORT: String(config.PORT),
  HOSTNAME: config.INFERSCOPE_HOST,
  NODE_ENV: "production",
  NEXT_MANUAL_SIG_HANDLE: "true",
});

try {
  const applied = await applyMigrations(config.DATABASE_URL);
  log.info({ event: "migrations_applied", applied });
} catch (error) {
  stop(
    `The database could not be brought up to date: ${reason(error)}. Check DATABASE_URL and that the server runs.`,
  );
}

await ensureBootstrap(new Date());
await ensureEnvironmentSources();
const setupToken = await ensureSetupToken(new Date());
if (setupToken !== null) {
  const needed = listensOnLoopback() ? "" : `#token=${setupToken}`;
  console.log(`No account exists yet. Create the administrator at ${publicUrl()}/setup${needed}`);
}

// What pages ask is heard here too: the listeners are the process's.
const usage = recordUsage();
const stopping = new AbortController();
const worker = config.INFERSCOPE_ROLE === "web" ? null : await startWorker({ signal: stopping.signal });
log.info({
  event: "started",
  role: config.INFERSCOPE_ROLE,
  url: config.INFERSCOPE_ROLE === "worker" ? undefined : publicUrl(),
});

let stopped = false;
async function shutDown(signal: string) {
  if (stopped) return;
  stopped = true;
  log.info({ event: "stopping", signal });
  setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref();
  stopping.abort();
  await worker?.stopped;
  await usage.stop();
  await closeDatabase();
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void shutDown(signal));

if (config.INFERSCOPE_ROLE !== "worker") {
  const routeOf = routesOf(path.join(root, ".next/standalone/.next/routes-manifest.json"));
  // Next's standalone server makes its own HTTP server and takes no listener; this is where ours gets in front of it.
  const createServer = http.createServer;
  http.createServer = ((listener: RequestListener) => {
    http.createServer = createServer;
    return createServer(measuringPages(inFrontOf(listener), routeOf));
  }) as typeof createServer;
  await import(pathToFileURL(path.join(root, ".next/standalone/server.js")).href);
}
