import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { formatDuration } from "../duration";

/** There is no `prometheus` on the PATH of this machine: unit tests cannot be run here. */
export class NoPrometheusError extends Error {
  override readonly name = "NoPrometheusError";
  constructor() {
    super(
      "Unit tests run in a Prometheus of their own, and there is no program `prometheus` on this machine's PATH.",
    );
  }
}

export type ThrowAwayPrometheus = { url: string; stop(): Promise<void> };

const startTimeoutMs = 20_000;
const stopTimeoutMs = 3000;
const pollEveryMs = 10;

/** The path of the `prometheus` program. Throws NoPrometheusError. */
export function prometheusProgram(): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      const path = join(folder, "prometheus");
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new NoPrometheusError();
}

/**
 * Starts an empty Prometheus on a free port of the loopback address that takes remote writes, with a folder of its own,
 * as promtool sets its own up: 10,000 samples a query, subqueries without a step at the evaluation interval (seconds).
 * Throws NoPrometheusError, and an Error with the server's last lines when it does not become ready.
 */
export async function startThrowAwayPrometheus(evaluationInterval: number): Promise<ThrowAwayPrometheus> {
  const program = prometheusProgram();
  const folder = await mkdtemp(join(tmpdir(), "inferscope-rule-test-"));
  const config = join(folder, "prometheus.json");
  await writeFile(
    config,
    JSON.stringify({ global: { evaluation_interval: formatDuration(evaluationInterval) } }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      // Series begin at the Unix epoch, and the head takes nothing that is older than half of this.
      "--storage.tsdb.retention.time=100y",
      "--storage.tsdb.min-block-duration=1d",
      "--storage.tsdb.max-block-duration=1d",
      "--query.max-samples=10000",
      "--query.timeout=100s",
      "--web.enable-remote-write-receiver",
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const lines: string[] = [];
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    lines.push(text);
    if (lines.length > 20) lines.shift();
  });
  const exited = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
    server.once("error", () => resolve());
  });
  const killWithUs = () => void server.kill("SIGKILL");
  process.once("exit", killWithUs);
  let stopping: Promise<void> | undefined;
  const end = async () => {
    process.removeListener("exit", killWithUs);
    // Nothing that it holds is needed again.
    server.kill("SIGKILL");
    const late = new Promise<void>((resolve) => setTimeout(resolve, stopTimeoutMs).unref());
    await Promise.race([exited, late]);
    await rm(folder, { recursive: true, force: true });
  };
  const stop = () => {
    stopping ??= end();
    return stopping;
  };

  const deadline = performance.now() + startTimeoutMs;
  while (!(await isReady(url))) {
    if (server.exitCode !== null || server.signalCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`The Prometheus of the unit tests did not become ready:\n${lines.join("")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
  }
  return { url, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`);
    // Read, not cancelled: Next.js holds a second end of the body, for which a cancellation would wait.
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("the loopback address gave no port");
  return address.port;
}
