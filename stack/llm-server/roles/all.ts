import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Logger } from "pino";
import { demoDeployments } from "../deployment";

export type AllOptions = {
  host: string;
  /** Of the gateway; the load balancer takes the next one, the load generator the one after the next two. */
  port: number;
  seed: number;
  rate: number;
  /** A folder of saved replicas, see `backfill`. */
  state?: string | undefined;
  otlp?: string | undefined;
  log: Logger;
};

const SERVERS_PORT_OFFSET = 101;
const STOP_MS = 1500;

/** The arguments of each process of the demo, servers first. */
function processArguments({ host, port, seed, rate, state, otlp }: Omit<AllOptions, "log">): string[][] {
  const common = [
    "--host",
    host,
    "--seed",
    String(seed),
    "--rate",
    String(rate),
    ...(otlp ? ["--otlp", otlp] : []),
  ];
  const at = (offset: number) => ["--port", String(port + offset)];
  // A server that listens everywhere is reached on loopback from within.
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const url = (offset: number) => `http://${name}:${port + offset}`;
  const servers = demoDeployments.map(({ version, instance, gpus, model }, i) => [
    ...["--role", "server", ...at(SERVERS_PORT_OFFSET + i), ...common],
    ...["--version", version, "--instance", instance, "--gpus", gpus.join(","), "--model", model],
    ...(state ? ["--state", `${state}/${instance}.json`] : []),
  ]);
  const upstreams = servers.flatMap((_, i) => ["--upstream", url(SERVERS_PORT_OFFSET + i)]);
  return [
    ...servers,
    ["--role", "load-balancer", ...at(1), ...common, ...upstreams],
    ["--role", "gateway", ...at(0), ...common, "--upstream", url(1), "--load", url(3)],
    ["--role", "load", ...at(3), ...common, "--upstream", url(0)],
  ];
}

/** Runs the whole demo as child processes of this one; ends when one of them does. */
export async function runAll({ log, ...options }: AllOptions, stopped: AbortSignal): Promise<number> {
  const entry = process.argv[1]!;
  const children = processArguments(options).map((args) =>
    spawn(process.execPath, [...process.execArgv, entry, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  const exits = children.map(async (child) => {
    const [code] = await once(child, "exit");
    return { child, code: code as number | null };
  });
  const stop = new Promise<null>((resolve) =>
    stopped.addEventListener("abort", () => resolve(null), { once: true }),
  );
  const first = await Promise.race([...exits, stop]);
  if (stopped.aborted) {
    await stopAll(children, exits);
    return 0;
  }
  if (first) log.error({ args: first.child.spawnargs.slice(2), code: first.code }, "process_ended");
  await stopAll(children, exits);
  return first?.code || 1;
}

async function stopAll(children: ChildProcess[], exits: Promise<unknown>[]): Promise<void> {
  for (const child of children) child.kill("SIGTERM");
  const timer = setTimeout(() => {
    for (const child of children) child.kill("SIGKILL");
  }, STOP_MS);
  await Promise.all(exits);
  clearTimeout(timer);
}
