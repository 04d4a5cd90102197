import path from "node:path";
import { z } from "zod";
import { parseConfig } from "@/lib/config/schema";
import { JOB } from "@/stack/llm-server/prometheus";
import { SetupError } from "./context";
import type { Secrets } from "./secrets";
import { answers, type ProcessSpec } from "./supervisor";

export interface ConsoleOptions {
  root: string;
  /** The folder that `next build` was put into; migrations and pages are found from here. */
  folder: string;
  dataDirectory: string;
  host: string;
  port: number;
  databaseUrl: string;
  prometheusUrl: string;
  jaegerUrl: string;
  secrets: Secrets;
}

/** The address people open, as the console itself spells it in links: sessions hold for one spelling of the host. */
export const consoleUrl = (host: string, port: number, given: string | undefined): string => {
  if (given) return given.replace(/\/+$/, "");
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
};

/** The address to connect to when the console listens on `host`. */
const reachable = (host: string, port: number): string =>
  `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`;

/** What the console is started with: our own environment, and what the stack decided. */
function consoleEnvironment(options: Omit<ConsoleOptions, "folder">): NodeJS.ProcessEnv {
  const { root, dataDirectory, host, port, databaseUrl, prometheusUrl, jaegerUrl, secrets } = options;
  return {
    ...process.env,
    NODE_ENV: "production",
    DATABASE_URL: databaseUrl,
    PROMETHEUS_URL: prometheusUrl,
    JAEGER_URL: jaegerUrl,
    PORT: String(port),
    INFERSCOPE_HOST: host,
    INFERSCOPE_DATA_DIR: dataDirectory,
    // The pages as they are now: a change of them is no reason to build the console again.
    INFERSCOPE_DOCS_DIR: path.join(root, "docs"),
    INFERSCOPE_DEMO: "1",
    INFERSCOPE_ADMIN_EMAIL: secrets.adminEmail,
    INFERSCOPE_ADMIN_PASSWORD: secrets.adminPassword,
    INFERSCOPE_API_KEY: secrets.apiKey,
    INFERSCOPE_SECRET: secrets.sessionSecret,
    INFERSCOPE_ENCRYPTION_KEY: secrets.encryptionKey,
  };
}

/**
 * Throws a SetupError that names each variable which the console would refuse when it is started, so that nobody waits
 * minutes for that. What the stack only decides later stands for itself.
 */
export function checkConsoleEnvironment(
  options: Omit<ConsoleOptions, "folder" | "databaseUrl" | "prometheusUrl" | "jaegerUrl">,
): void {
  const later = "http://127.0.0.1";
  const { DATABASE_URL, PROMETHEUS_URL, JAEGER_URL } = process.env;
  try {
    parseConfig(
      consoleEnvironment({
        ...options,
        databaseUrl: DATABASE_URL || "postgresql://127.0.0.1",
        prometheusUrl: PROMETHEUS_URL || later,
        jaegerUrl: JAEGER_URL || later,
      }),
    );
  } catch (error) {
    throw new SetupError((error as Error).message);
  }
}

/** The production console as one process: pages, API and jobs. */
export function consoleServer(options: ConsoleOptions): ProcessSpec {
  const { root, folder, host, port } = options;
  return {
    name: "console",
    command: process.execPath,
    args: ["--enable-source-maps", path.join(root, ".inferscope/build/start.mjs")],
    cwd: folder,
    env: consoleEnvironment(options),
    isReady: (signal) => answers(`${reachable(host, port)}/health/ready`, signal),
    readyWithinSeconds: 60,
  };
}

async function post(
  options: Pick<ConsoleOptions, "host" | "port" | "secrets">,
  resource: string,
  body: object,
): Promise<unknown> {
  const response = await fetch(`${reachable(options.host, options.port)}/api/v1/${resource}`, {
    method: "POST",
    headers: { authorization: `Bearer ${options.secrets.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`POST /api/v1/${resource} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** A link that signs the demo's administrator in, once, within ten minutes. */
export async function signInLink(
  options: Pick<ConsoleOptions, "host" | "port" | "secrets">,
): Promise<string> {
  return z
    .object({ url: z.url() })
    .parse(await post(options, "sign-in-links", { email: options.secrets.adminEmail })).url;
}

/** Marks a pause of the demo on the charts of its service. `start` and `end` in Unix seconds. */
export async function markPause(
  options: Pick<ConsoleOptions, "host" | "port" | "secrets">,
  pause: { start: number; end: number },
): Promise<void> {
  const [start, end] = [pause.start, pause.end].map((seconds) => new Date(seconds * 1000).toISOString());
  const mark = { start, end, text: "the demo was stopped", kind: "demo_stopped" };
  // A demo that was stopped before the console had found its service has no other beside it either.
  await post(options, "annotations", { ...mark, service: JOB }).catch(() =>
    post(options, "annotations", mark),
  );
}
