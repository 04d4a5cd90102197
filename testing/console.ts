import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "./ports";

const root = path.resolve(import.meta.dirname, "..");
const program = path.join(root, ".inferscope/build/start.mjs");
// A minute is not enough where all other tests run beside it.
const startMilliseconds = 150_000;
const stopMilliseconds = 5_000;
const keptOutputCharacters = 8_000;

/** The folder of the newest built console; `npm test` builds one, or names it by INFERSCOPE_CONSOLE_FOLDER. */
function consoleFolder(): string | undefined {
  if (process.env.INFERSCOPE_CONSOLE_FOLDER) return process.env.INFERSCOPE_CONSOLE_FOLDER;
  const consoles = path.join(root, ".inferscope/console");
  if (!existsSync(consoles)) return undefined;
  return readdirSync(consoles)
    .map((name) => path.join(consoles, name))
    .filter((folder) => existsSync(path.join(folder, ".next/standalone/server.js")))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** Why no built console can be started here, or null: `describe.skipIf(whyNoConsole())`. */
export function whyNoConsole(): string | null {
  return consoleFolder() !== undefined && existsSync(program)
    ? null
    : "The console is not built; `npm test` builds it.";
}

export interface ConsoleOptions {
  /** An empty or migrated database; the console brings it up to date. */
  databaseUrl: string;
  prometheusUrl?: string;
  jaegerUrl?: string;
  alertmanagerUrl?: string;
  /** What it does; all when absent. Several of one database need the same secrets, by `env`. */
  role?: "web" | "worker" | "all";
  /** A free one when absent. */
  port?: number;
  /** Further environment variables. */
  env?: Record<string, string>;
}

export interface RunningConsole {
  url: string;
  /** An admin key. */
  apiKey: string;
  admin: { email: string; password: string };
  /** Everything it has printed, the last few thousand characters. */
  output(): string;
  /** Ends it by SIGKILL, as a crash would, and deletes its data folder. */
  kill(): Promise<void>;
  /** Ends it and deletes its data folder. May be called twice. */
  stop(): Promise<void>;
}

/** Starts the built production console on a free port and waits until it is ready. Throws with its last output if not. */
export async function startConsole({
  databaseUrl,
  prometheusUrl,
  jaegerUrl,
  alertmanagerUrl,
  role = "all",
  port: givenPort,
  env = {},
}: ConsoleOptions): Promise<RunningConsole> {
  const folder = consoleFolder();
  const missing = whyNoConsole();
  if (folder === undefined || missing !== null) throw new Error(missing ?? "The console is not built.");
  const port = givenPort ?? (await freePort());
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "inferscope-console-"));
  const admin = { email: "admin@example.com", password: randomBytes(12).toString("base64url") };
  const apiKey = env.INFERSCOPE_API_KEY ?? `isk_${randomBytes(32).toString("base64url")}`;
  const child = spawn(process.execPath, ["--enable-source-maps", program], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      PORT: String(port),
      INFERSCOPE_ROLE: role,
      DATABASE_URL: databaseUrl,
      ...(prometheusUrl === undefined ? {} : { PROMETHEUS_URL: prometheusUrl }),
      ...(jaegerUrl === undefined ? {} : { JAEGER_URL: jaegerUrl }),
      ...(alertmanagerUrl === undefined ? {} : { ALERTMANAGER_URL: alertmanagerUrl }),
      INFERSCOPE_DATA_DIR: dataDirectory,
      INFERSCOPE_ADMIN_EMAIL: admin.email,
      INFERSCOPE_ADMIN_PASSWORD: admin.password,
      INFERSCOPE_API_KEY: apiKey,
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-keptOutputCharacters);
    });
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    await end(child, signal);
    await rm(dataDirectory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(role === "worker" ? null : url, child, () => output);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    apiKey,
    admin,
    output: () => output,
    kill: () => stop("SIGKILL"),
    stop: () => stop(),
  };
}

/** Waits until it answers at `url`; a worker, which serves nothing, until it says that it works. */
async function ready(url: string | null, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + startMilliseconds;
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`The console ended with status ${child.exitCode}:\n${output()}`);
    if (Date.now() > deadline)
      throw new Error(`The console was not ready within ${startMilliseconds / 1000} seconds:\n${output()}`);
    if (url === null) {
      if (output().includes('"event":"worker_started"')) return;
      await wait(50);
      continue;
    }
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await wait(50);
  }
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds);
  await ended;
  clearTimeout(timer);
}
