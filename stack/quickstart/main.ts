import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { prometheusConfig } from "@/stack/prometheus/config";
import { type HistoryPlan, historyLead, historyPlan, historySeconds } from "@/stack/prometheus/history";
import { prometheusServer } from "@/stack/prometheus/server";
import { checkConsoleEnvironment, consoleServer, consoleUrl, markPause, signInLink } from "./console";
import { type QuickstartContext, SetupError } from "./context";
import { demoProcesses, demoScrapeConfigs, makeHistory } from "./demo";
import { findOnPath, jaegerServer, traceStore } from "./jaeger";
import { choosePorts } from "./ports";
import { preparePostgres } from "./postgres";
import { keepNoteOfTime, lastSeen } from "./presence";
import { readOrMakeSecrets } from "./secrets";
import { Supervisor } from "./supervisor";

export { choosePorts } from "./ports";
export { preparePostgres } from "./postgres";
export { Supervisor } from "./supervisor";

const databaseName = "inferscope";
const standardConsolePort = 3000;
// A second copy looks for its ports as far from the standard ones as its console's port is.
const largestOffset = 100;
const wishedPorts = {
  postgres: 5433,
  prometheus: 9090,
  query: 16_686,
  otlpHttp: 4318,
  otlpGrpc: 4317,
  gateway: 8000,
  loadBalancer: 8001,
  load: 8003,
  serverV1: 8101,
  serverV2: 8102,
};

export type StackPorts = Record<keyof typeof wishedPorts, number>;

/** How much history the demo makes, in seconds: six hours, or INFERSCOPE_DEMO_HISTORY_SECONDS for tests that need less. */
function wishedHistory(environment: NodeJS.ProcessEnv): number {
  const given = environment.INFERSCOPE_DEMO_HISTORY_SECONDS;
  if (given === undefined || given === "") return historySeconds;
  const seconds = Number(given);
  if (!Number.isInteger(seconds) || seconds < 60)
    throw new SetupError(
      `INFERSCOPE_DEMO_HISTORY_SECONDS is ${given}; set it to whole seconds, at least 60.`,
    );
  return seconds;
}

/**
 * Starts everything of the demo with the console, says where it is, and keeps it running until `signal` aborts or a part
 * ends by itself; then stops all of it. Throws a SetupError with a sentence when something is missing or a part failed.
 */
export async function runQuickstart(context: QuickstartContext): Promise<void> {
  const { root, port, signal, guardian, progress, tryLock } = context;
  // A folder a port, so that a second copy beside this one has its own.
  const dataDirectory = path.resolve(
    root,
    process.env.INFERSCOPE_DATA_DIR || path.join(".inferscope", `data-${port}`),
  );
  mkdirSync(dataDirectory, { recursive: true });
  const lock = await tryLock(path.join(dataDirectory, "quickstart.lock"));
  if ("holder" in lock)
    throw new SetupError(
      `${dataDirectory} is in use by another quickstart (process ${lock.holder}). Stop that one, or give this one a folder of its own with INFERSCOPE_DATA_DIR.`,
    );
  const offset = Math.max(port - standardConsolePort, 0) % largestOffset;
  const wishes = Object.fromEntries(
    Object.entries(wishedPorts).map(([name, wish]) => [name, wish + offset]),
  ) as StackPorts;
  const { ports, release } = await choosePorts(wishes);
  const supervisor = new Supervisor({ logDirectory: path.join(dataDirectory, "logs"), guardian, signal });
  try {
    await runStack({ ...context, dataDirectory, ports, supervisor });
  } finally {
    await progress.step("Stopping", async (report) => {
      report.finish("Stopped; nothing is left running.");
      await supervisor.stop();
    });
    release();
    await lock.release();
  }
}

interface StackContext extends QuickstartContext {
  dataDirectory: string;
  ports: StackPorts;
  supervisor: Supervisor;
}

async function runStack(context: StackContext): Promise<void> {
  const { root, port, host, consoleFolder, dataDirectory, ports, supervisor, signal, progress } = context;
  const environment = process.env;
  const secrets = readOrMakeSecrets(dataDirectory, {
    adminEmail: environment.INFERSCOPE_ADMIN_EMAIL,
    adminPassword: environment.INFERSCOPE_ADMIN_PASSWORD,
    apiKey: environment.INFERSCOPE_API_KEY,
    sessionSecret: environment.INFERSCOPE_SECRET,
    encryptionKey: environment.INFERSCOPE_ENCRYPTION_KEY,
  });
  checkConsoleEnvironment({ root, dataDirectory, host, port, secrets });
  const plan = historyPlan(lastSeen(dataDirectory), Date.now() / 1000);

  // Whatever is being waited for, an interrupt and a part that ended by itself come first.
  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const orEnded = <T>(work: Promise<T>): Promise<T> => Promise.race([work, interrupted, supervisor.failed]);

  const [databaseUrl, telemetry] = await orEnded(
    Promise.all([startDatabase(context, secrets.postgresPassword), startTelemetry(context, plan)]),
  );
  const stopKeeping = keepNoteOfTime(dataDirectory);
  try {
    const folder = await orEnded(consoleFolder);
    await progress.step("Starting the console", async (report) => {
      report.finish("Console ready");
      await supervisor.start(
        consoleServer({ root, folder, dataDirectory, host, port, databaseUrl, secrets, ...telemetry }),
      );
    });
    if (plan.kind === "keep" && plan.pause !== undefined)
      await markPause({ host, port, secrets }, plan.pause);
    const url = consoleUrl(host, port, process.env.INFERSCOPE_URL);
    writeNote(dataDirectory, {
      console: url,
      databaseUrl,
      ...telemetry,
      gateway: `http://127.0.0.1:${ports.gateway}`,
      servers: [ports.serverV1, ports.serverV2].map((each) => `http://127.0.0.1:${each}`),
    });
    progress.say(
      [
        "",
        `Inferscope is at ${url}`,
        "",
        `  Sign in with one click (once, within 10 minutes):`,
        `  ${await signInLink({ host, port, secrets })}`,
        "",
        `  or as ${secrets.adminEmail} with the password ${secrets.adminPassword}`,
        "",
        `  Data and settings  ${dataDirectory}`,
        `  Logs               ${path.join(dataDirectory, "logs")}`,
        `  Demo LLM service   http://127.0.0.1:${ports.gateway}/v1/chat/completions`,
        `  Prometheus         ${telemetry.prometheusUrl}`,
        `  Traces             ${telemetry.jaegerUrl}`,
        "",
        "  Ctrl-C stops all of it; the data stays for the next start.",
        "",
      ].join("\n"),
    );
    await orEnded(new Promise<never>(() => {}));
  } finally {
    stopKeeping();
  }
}

/** Keeps where everything is in stack.json, for `npm run user` and for tests; only its owner can read it. */
function writeNote(dataDirectory: string, note: object): void {
  const file = path.join(dataDirectory, "stack.json");
  writeFileSync(`${file}.new`, `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The URL of the database: the given one, or that of a packaged PostgreSQL, which is started. */
async function startDatabase(context: StackContext, password: string): Promise<string> {
  const { root, dataDirectory, ports, supervisor, progress } = context;
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  return progress.step("Starting PostgreSQL", async (report) => {
    const server = await preparePostgres({ root, dataDirectory, port: ports.postgres, password });
    await supervisor.start(server.spec);
    await server.createDatabase(databaseName);
    report.finish("PostgreSQL ready");
    if (server.movedBecause !== undefined) progress.say(`  ${server.movedBecause}`);
    return server.urlOf(databaseName);
  });
}

/** Starts Prometheus, the trace store and the demo, with history first when it is due. */
async function startTelemetry(
  context: StackContext,
  plan: HistoryPlan,
): Promise<{ prometheusUrl: string; jaegerUrl: string }> {
  const { root, binaries, consoleFolder, dataDirectory, ports, supervisor, signal, progress } = context;
  const tracePorts = { query: ports.query, otlpHttp: ports.otlpHttp, otlpGrpc: ports.otlpGrpc };
  const configFile = path.join(dataDirectory, "prometheus.yml");
  writeFileSync(configFile, prometheusConfig(demoScrapeConfigs(ports)));
  const storage = path.join(dataDirectory, "prometheus");
  const stateFolder = path.join(dataDirectory, "demo-state");

  if (binaries !== undefined && plan.kind === "make") {
    const seconds = wishedHistory(process.env);
    await progress.step(`Making ${formatHours(seconds)} of history for the demo`, async (report) => {
      report.finish(`${formatHours(seconds)} of history made`);
      rmSync(path.join(dataDirectory, "last-seen"), { force: true });
      const end = Math.floor(Date.now() / 1000) + historyLead(seconds, await isPending(consoleFolder));
      await makeHistory({
        ...context,
        promtool: binaries.promtool,
        storage,
        stateFolder,
        start: end - seconds,
        end,
        report,
      });
      report.detail("waiting for its end to be now");
      await wait(Math.max(end * 1000 - Date.now(), 0), undefined, { signal });
    });
  }

  const traceUrl = process.env.JAEGER_URL;
  const jaeger = findOnPath("jaeger", process.env.PATH ?? "");
  await progress.step("Starting Prometheus, traces and the demo LLM service", async (report) => {
    // The servers before Prometheus: it would record those that do not listen yet as down.
    if (!traceUrl)
      await supervisor.start(
        jaeger === undefined
          ? traceStore({
              program: path.join(root, ".inferscope/build/trace-store.mjs"),
              ports: tracePorts,
              root,
            })
          : jaegerServer({ binary: jaeger, ports: tracePorts, directory: dataDirectory }),
      );
    // A Jaeger of the person's own takes spans on OpenTelemetry's port, unless told otherwise.
    const otlpUrl =
      process.env.OTEL_EXPORTER_OTLP_ENDPOINT ||
      (traceUrl
        ? `http://${new URL(traceUrl).hostname}:${wishedPorts.otlpHttp}`
        : `http://127.0.0.1:${ports.otlpHttp}`);
    await supervisor.start(...demoProcesses({ root, ports, stateFolder, otlpUrl }));
    if (binaries !== undefined)
      await supervisor.start(
        prometheusServer({
          binary: binaries.prometheus,
          configFile,
          storage,
          port: ports.prometheus,
          cwd: dataDirectory,
        }),
      );
    report.finish("Prometheus, traces and the demo LLM service ready");
  });
  if (binaries === undefined)
    progress.say(
      `  PROMETHEUS_URL is set, so the demo is not scraped by a Prometheus of ours; ${configFile} has the targets to add to yours.`,
    );
  signal.throwIfAborted();
  return {
    prometheusUrl: process.env.PROMETHEUS_URL || `http://127.0.0.1:${ports.prometheus}`,
    jaegerUrl: traceUrl || `http://127.0.0.1:${ports.query}`,
  };
}

/** Whether the promise has not settled yet. */
const isPending = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    new Promise<boolean>((resolve) => setImmediate(resolve, true)),
  ]);

const formatHours = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} hours` : `${Math.round(seconds / 60)} minutes`;
