import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./ports";

const BINARY = process.env.ALERTMANAGER_PATH ?? "/usr/bin/prometheus-alertmanager";
const START_TIMEOUT_MS = 15_000;
const POLL_EVERY_MS = 25;

export type RunningAlertmanager = {
  url: string;
  /** Where other members of its cluster find it; null without a cluster. */
  peer: string | null;
  /** Ends it and removes its folder. May be called twice. */
  stop(): Promise<void>;
};

/** Returns why no Alertmanager can be started here, or null: `describe.skipIf(whyNoAlertmanager())`. */
export const whyNoAlertmanager = (): string | null =>
  existsSync(BINARY) ? null : `${BINARY} is missing; install prometheus-alertmanager to run these tests`;

/**
 * Starts a real Alertmanager with data of its own, without a cluster unless `cluster` names the peers of one; none for its
 * first member. `webhook` gets what it notifies of, a second after it knew. Throws with its last lines when it does not
 * become ready.
 */
export async function startAlertmanager({
  webhook,
  port: givenPort,
  cluster,
}: {
  webhook?: string;
  port?: number;
  cluster?: readonly string[];
} = {}): Promise<RunningAlertmanager> {
  const reason = whyNoAlertmanager();
  if (reason !== null) throw new Error(reason);
  const folder = await mkdtemp(join(tmpdir(), "inferscope-alertmanager-"));
  const port = givenPort ?? (await freePort());
  const peer = cluster === undefined ? null : `127.0.0.1:${await freePort()}`;
  const receiver =
    webhook === undefined
      ? "  - name: team"
      : `  - name: team\n    webhook_configs:\n      - url: ${JSON.stringify(webhook)}`;
  await writeFile(
    join(folder, "alertmanager.yml"),
    `route:\n  receiver: team\n  group_by: [alertname]\n  group_wait: 1s\n  group_interval: 1s\n  repeat_interval: 1h\nreceivers:\n${receiver}\n`,
  );
  const child = spawn(
    BINARY,
    [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--cluster.listen-address=${peer ?? ""}`,
      ...(peer === null ? [] : [`--cluster.advertise-address=${peer}`]),
      ...(cluster ?? []).map((other) => `--cluster.peer=${other}`),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let lastLines = "";
  child.stderr.on("data", (chunk: Buffer) => {
    lastLines = (lastLines + chunk.toString()).slice(-4_000);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until && child.exitCode === null) {
    const isReady = await fetch(`${url}/-/ready`)
      .then((answer) => answer.ok)
      .catch(() => false);
    if (isReady) return { url, peer, stop };
    await delay(POLL_EVERY_MS);
  }
  await stop();
  throw new Error(`Alertmanager did not become ready:\n${lastLines}`);
}
