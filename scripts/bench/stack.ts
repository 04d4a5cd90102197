import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { prometheusConfig } from "@/stack/prometheus/config";
import { historyLead, historySeconds } from "@/stack/prometheus/history";
import { createBlocks, prometheusServer } from "@/stack/prometheus/server";
import { consoleServer } from "@/stack/quickstart/console";
import type { Guardian, Progress } from "@/stack/quickstart/context";
import { demoProcesses, demoScrapeConfigs, makeHistory } from "@/stack/quickstart/demo";
import { traceStore } from "@/stack/quickstart/jaeger";
import { choosePorts } from "@/stack/quickstart/ports";
import { preparePostgres } from "@/stack/quickstart/postgres";
import { readOrMakeSecrets } from "@/stack/quickstart/secrets";
import { type ProcessSpec, Supervisor } from "@/stack/quickstart/supervisor";
import { ConsoleClient } from "./console-client";

/** Apart from the quickstart's, so that one beside it keeps its own. */
const wishedPorts = {
  console: 3400,
  recordedConsole: 3401,
  watchedConsole: 3402,
  proxy: 3405,
  barePage: 3406,
  prometheus: 3410,
  weekPrometheus: 3407,
  largePrometheus: 3408,
  largeProxy: 3409,
  monthPrometheus: 3404,
  postgres: 3411,
  query: 3412,
  otlpHttp: 3413,
  otlpGrpc: 3414,
  gateway: 3420,
  loadBalancer: 3421,
  load: 3422,
  serverV1: 3423,
  serverV2: 3424,
};
export type BenchPorts = Record<keyof typeof wishedPorts, number>;

/** The service of the demo. */
const serviceId = "chat-api";
const serviceWithinMilliseconds = 30_000;

export interface StackOptions {
  root: string;
  /** Where all data goes; made, and left to the caller to delete. */
  folder: string;
  consoleFolder: string;
  binaries: { prometheus: string; promtool: string };
  signal: AbortSignal;
  guardian: Guardian;
  progress: Progress;
}

export interface BenchConsole {
  client: ConsoleClient;
  stop(): Promise<void>;
}

/** A Prometheus that scrapes nothing and holds what it was given. */
export interface BenchServer {
  url: string;
  stop(): Promise<void>;
}

export interface BenchStack {
  ports: BenchPorts;
  prometheusUrl: string;
  /** Rejects when a process ends by itself. Never resolves. */
  failed: Promise<never>;
  /**
   * Starts a console of its own (database, keys, cache) that reads from `prometheusUrl`, as the quickstart starts it,
   * and waits until it has found the demo.
   */
  startConsole(name: string, port: number, prometheusUrl: string): Promise<BenchConsole>;
  /** Starts a Prometheus of its own; `write` puts OpenMetrics text into the file that it is given. */
  startServer(name: string, port: number, write: (file: string) => Promise<void>): Promise<BenchServer>;
  stop(): Promise<void>;
}

/** Starts Postgres, the demo with six hours of history, its trace store and Prometheus. */
export async function startStack(options: StackOptions): Promise<BenchStack> {
  const { root, folder, signal, guardian, progress } = options;
  mkdirSync(folder, { recursive: true });
  const { ports, release } = await choosePorts(wishedPorts);
  const supervisors: Supervisor[] = [];
  const supervise = (): Supervisor => {
    const supervisor = new Supervisor({ logDirectory: path.join(folder, "logs"), guardian, signal });
    supervisors.push(supervisor);
    supervisor.failed.catch((error) => fail(error));
    return supervisor;
  };
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const stop = async () => {
    for (const supervisor of supervisors.reverse()) await supervisor.stop();
    release();
  };

  try {
    const base = supervise();
    const { postgresPassword } = readOrMakeSecrets(folder);
    const [postgres] = await Promise.all([
      progress.step("Starting PostgreSQL", async (report) => {
        const server = await preparePostgres({
          root,
          dataDirectory: folder,
          port: ports.postgres,
          password: postgresPassword,
        });
        await base.start(server.spec);
        report.finish("PostgreSQL ready");
        return server;
      }),
      startTelemetry(options, ports, base),
    ]);
    return {
      ports,
      prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
      failed,
      stop,
      async startServer(name, port, write) {
        const server = path.join(folder, name);
        const storage = path.join(server, "data");
        const configFile = path.join(server, "prometheus.yml");
        const openMetricsFile = path.join(server, "series.om");
        mkdirSync(storage, { recursive: true });
        writeFileSync(configFile, prometheusConfig([]));
        await write(openMetricsFile);
        const { promtool, prometheus: binary } = options.binaries;
        await createBlocks({ promtool, openMetricsFile, storage, blockDuration: "54h", signal });
        rmSync(openMetricsFile);
        const supervisor = supervise();
        const spec = prometheusServer({ binary, configFile, storage, port, cwd: server });
        await supervisor.start({ ...spec, name: `prometheus-${name}` });
        return { url: `http://127.0.0.1:${port}`, stop: () => supervisor.stop() };
      },
      async startConsole(name, port, prometheusUrl) {
        const dataDirectory = path.join(folder, name);
        mkdirSync(dataDirectory, { recursive: true });
        await postgres.createDatabase(name);
        const secrets = readOrMakeSecrets(dataDirectory);
        const supervisor = supervise();
        const spec: ProcessSpec = consoleServer({
          root,
          folder: options.consoleFolder,
          dataDirectory,
          host: "127.0.0.1",
          port,
          databaseUrl: postgres.urlOf(name),
          prometheusUrl,
          jaegerUrl: `http://127.0.0.1:${ports.query}`,
          secrets,
        });
        await supervisor.start({ ...spec, name: `console-${name}` });
        const client = await ConsoleClient.of({
          url: `http://127.0.0.1:${port}`,
          apiKey: secrets.apiKey,
          adminEmail: secrets.adminEmail,
          service: serviceId,
          withinMilliseconds: serviceWithinMilliseconds,
          signal,
        });
        return {
          client,
          stop: async () => {
            await client.close();
            await supervisor.stop();
          },
        };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startTelemetry(
  { root, folder, binaries, signal, guardian, progress }: StackOptions,
  ports: BenchPorts,
  supervisor: Supervisor,
): Promise<void> {
  const storage = path.join(folder, "prometheus");
  const stateFolder = path.join(folder, "demo-state");
  const configFile = path.join(folder, "prometheus.yml");
  writeFileSync(configFile, prometheusConfig(demoScrapeConfigs(ports)));
  await progress.step("Making six hours of history for the demo", async (report) => {
    report.finish("Six hours of history made");
    const end = Math.floor(Date.now() / 1000) + historyLead(historySeconds, false);
    await makeHistory({
      root,
      promtool: binaries.promtool,
      storage,
      stateFolder,
      start: end - historySeconds,
      end,
      signal,
      guardian,
      report,
    });
    report.detail("waiting for its end to be now");
    await wait(Math.max(end * 1000 - Date.now(), 0), undefined, { signal });
  });
  await progress.step("Starting Prometheus, traces and the demo LLM service", async (report) => {
    report.finish("Prometheus, traces and the demo LLM service ready");
    const program = path.join(root, ".inferscope/build/trace-store.mjs");
    await supervisor.start(traceStore({ program, ports, root }));
    const otlpUrl = `http://127.0.0.1:${ports.otlpHttp}`;
    await supervisor.start(...demoProcesses({ root, ports, stateFolder, otlpUrl }));
    await supervisor.start(
      prometheusServer({
        binary: binaries.prometheus,
        configFile,
        storage,
        port: ports.prometheus,
        cwd: folder,
      }),
    );
  });
}
