import { spawn } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { demoDeployments } from "@/stack/llm-server/deployment";
import { type ScrapeConfig, scrapeConfigs } from "@/stack/llm-server/prometheus";
import { scrapeIntervalSeconds } from "@/stack/prometheus/config";
import { createBlocks } from "@/stack/prometheus/server";
import { type Guardian, SetupError } from "./context";
import { answers, type ProcessSpec } from "./supervisor";

/** The ports of the demo's processes. */
export interface DemoPorts {
  gateway: number;
  loadBalancer: number;
  load: number;
  serverV1: number;
  serverV2: number;
  otlpHttp: number;
}

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** The model servers, each with the port it listens on. */
const servers = (ports: DemoPorts) =>
  demoDeployments.map((deployment, index) => ({
    ...deployment,
    port: index === 0 ? ports.serverV1 : ports.serverV2,
  }));

/** What Prometheus scrapes of the demo. */
export const demoScrapeConfigs = (ports: DemoPorts): ScrapeConfig[] =>
  scrapeConfigs({
    servers: servers(ports).map(({ instance, version, port }) => ({
      address: `127.0.0.1:${port}`,
      instance,
      version,
    })),
    scrapeInterval: `${scrapeIntervalSeconds}s`,
  });

export interface DemoOptions {
  root: string;
  ports: DemoPorts;
  /** Where the history left the state that the servers go on from. */
  stateFolder: string;
  /** Where traces are sent. */
  otlpUrl: string;
}

const program = (root: string): string => path.join(root, ".inferscope/build/llm-server.mjs");

/** The demo's five processes: two model servers, the load balancer, the gateway and the users. */
export function demoProcesses({ root, ports, stateFolder, otlpUrl }: DemoOptions): ProcessSpec[] {
  const role = (name: string, port: number, args: string[]): ProcessSpec => ({
    name,
    command: process.execPath,
    args: ["--enable-source-maps", program(root), ...args, "--port", String(port), "--otlp", otlpUrl],
    cwd: root,
    isReady: (signal) => answers(`${local(port)}/health/live`, signal),
    readyWithinSeconds: 30,
  });
  return [
    ...servers(ports).map(({ instance, version, gpus, port }) =>
      role(`llm-server-${version}`, port, [
        "--role=server",
        `--version=${version}`,
        `--instance=${instance}`,
        `--gpus=${gpus.join(",")}`,
        `--state=${path.join(stateFolder, `${instance}.json`)}`,
      ]),
    ),
    role("load-balancer", ports.loadBalancer, [
      "--role=load-balancer",
      ...[ports.serverV1, ports.serverV2].map((port) => `--upstream=${local(port)}`),
    ]),
    role("gateway", ports.gateway, [
      "--role=gateway",
      `--upstream=${local(ports.loadBalancer)}`,
      `--load=${local(ports.load)}`,
    ]),
    role("load", ports.load, ["--role=load", `--upstream=${local(ports.gateway)}`]),
  ];
}

export interface HistoryOptions {
  root: string;
  promtool: string;
  /** The TSDB folder, which is replaced. No server may be using it. */
  storage: string;
  stateFolder: string;
  /** First and last second of it, in Unix seconds. */
  start: number;
  end: number;
  signal: AbortSignal;
  guardian: Guardian;
  report: { detail(text: string): void };
}

/**
 * Replaces the TSDB folder by a history of the demo, made by the model that serves live, and leaves the state in which
 * the live servers go on from `end`.
 */
export async function makeHistory(options: HistoryOptions): Promise<void> {
  const { root, promtool, storage, stateFolder, start, end, signal, report } = options;
  const fresh = `${storage}.new`;
  // One file a block: promtool reads a file again for each block in it.
  const text = path.join(path.dirname(storage), "history");
  for (const folder of [text, fresh, storage, stateFolder]) rmSync(folder, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await runToEnd(options, process.execPath, [
    ...["--enable-source-maps", program(root), "--role=backfill", `--out=${text}`, `--state=${stateFolder}`],
    ...[
      `--start=${start}`,
      `--end=${end}`,
      `--step=${scrapeIntervalSeconds}`,
      `--fine-step=${scrapeIntervalSeconds}`,
    ],
  ]);
  const files = (await readdir(text)).sort();
  for (const [index, file] of files.entries()) {
    report.detail(`writing block ${index + 1} of ${files.length}`);
    await createBlocks({ promtool, openMetricsFile: path.join(text, file), storage: fresh, signal });
  }
  rmSync(text, { recursive: true });
  renameSync(fresh, storage);
}

/** Runs a program of the demo to its end, showing the last line it wrote. */
function runToEnd(
  { root, signal, guardian, report }: HistoryOptions,
  command: string,
  args: string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, detached: true, stdio: ["ignore", "ignore", "pipe"] });
    const group = child.pid;
    if (group !== undefined) guardian.add(group, "SIGTERM");
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said = (said + chunk).slice(-4_000);
      report.detail(said.trimEnd().split("\n").at(-1) ?? "");
    });
    const abort = () => child.kill("SIGTERM");
    signal.addEventListener("abort", abort, { once: true });
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", abort);
      if (group !== undefined) guardian.remove(group);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new SetupError(`The demo's history could not be made:\n${said.trimEnd()}`));
    });
  });
}
