import { parseArgs } from "node:util";
import pino, { type Logger } from "pino";
import { backfill } from "./backfill";
import { type Deployment, demoDeployments } from "./deployment";
import { clock } from "./http";
import { runAll } from "./roles/all";
import { startGateway } from "./roles/gateway";
import { startLoad } from "./roles/load";
import { startLoadBalancer } from "./roles/load-balancer";
import type { Running } from "./roles/running";
import { startServer } from "./roles/server";
import { takeSavedReplica } from "./saved-replica";
import { createTelemetry, type Telemetry } from "./telemetry";

const usage = `llm-server --role ROLE [options]

The demo LLM service. Roles:
  server         one replica of one model version: chat completions, health, metrics
  load-balancer  spreads requests over the servers given by --upstream (more than one)
  gateway        the way in, before the load balancer given by --upstream
  load           users: Poisson arrivals to the gateway given by --upstream
  all            all of the above as child processes; the gateway on --port
  backfill       writes a history of the same model as OpenMetrics text

Options:
  --host HOST          address to listen on (127.0.0.1)
  --port PORT          8101 server, 8001 load-balancer, 8000 gateway and all, 8003 load
  --seed N             seed of everything random (1)
  --rate N             mean requests per second over a day (5)
  --otlp URL           OTLP/HTTP endpoint for traces (OTEL_EXPORTER_OTLP_ENDPOINT; none)
  --upstream URL       where requests go; repeat it for the load balancer
  --load URL           gateway: a load generator, for scenarios of the traffic
  --version VERSION    server: v1.2.0 or v1.3.0 (v1.2.0)
  --model NAME         server, load: the model (llama-3.1-8b-instruct)
  --instance NAME      server: its name (chat-api-v1-0 for v1.2.0, chat-api-v2-0 for v1.3.0)
  --gpus LIST          server: indices of its GPUs (0,1 or 2,3)
  --load-seconds N     server: time until the model is loaded (3)
  --state PATH         server: file of a saved replica to go on from; backfill, all: their folder
  --out PATH           backfill: FILE.om, or a folder for one file a block (two hours)
  --start UNIX         backfill: first sample (six hours before the end)
  --end UNIX           backfill: last sample (now)
  --step SECONDS       backfill: between samples (15)
  --fine-step SECONDS  backfill: between samples in the last --fine-window (5)
  --fine-window SECONDS  (600)
`;

class UsageError extends Error {}

const { values } = parse();

function parse() {
  try {
    return parseArgs({
      options: {
        role: { type: "string" },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string" },
        seed: { type: "string", default: "1" },
        rate: { type: "string", default: "5" },
        otlp: { type: "string" },
        upstream: { type: "string", multiple: true, default: [] },
        load: { type: "string", multiple: true, default: [] },
        version: { type: "string", default: "v1.2.0" },
        model: { type: "string", default: "llama-3.1-8b-instruct" },
        instance: { type: "string" },
        gpus: { type: "string" },
        "load-seconds": { type: "string", default: "3" },
        state: { type: "string" },
        out: { type: "string" },
        start: { type: "string" },
        end: { type: "string" },
        step: { type: "string", default: "15" },
        "fine-step": { type: "string", default: "5" },
        "fine-window": { type: "string", default: "600" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function number(name: string, text: string | undefined, least: number, otherwise?: number): number {
  if (text === undefined && otherwise !== undefined) return otherwise;
  const value = Number(text);
  if (text === undefined || text.trim() === "" || !Number.isFinite(value) || value < least) {
    throw new UsageError(`--${name} must be a number of at least ${least}, not ${text ?? "missing"}.`);
  }
  return value;
}

function urls(name: "upstream" | "load"): string[] {
  return values[name].map((text) => {
    if (!URL.canParse(text)) throw new UsageError(`--${name} must be a URL, not ${text}.`);
    return text.replace(/\/+$/, "");
  });
}

function oneUpstream(): string {
  const [upstream, ...more] = urls("upstream");
  if (upstream === undefined || more.length > 0) {
    throw new UsageError(`--role ${values.role} takes exactly one --upstream.`);
  }
  return upstream;
}

function port(otherwise: number): number {
  return number("port", values.port, 0, otherwise);
}

function deployment(): Deployment {
  const known = demoDeployments.find(({ version }) => version === values.version);
  const gpus = values.gpus?.split(",").map((gpu) => gpu.trim()) ?? known?.gpus ?? ["0", "1"];
  if (!gpus.every((gpu) => /^\d+$/.test(gpu))) {
    throw new UsageError(`--gpus must be indices such as 0,1, not ${values.gpus}.`);
  }
  const instance = values.instance ?? known?.instance ?? `chat-api-${values.version}-0`;
  return { model: values.model, version: values.version, instance, gpus };
}

async function server(telemetry: Telemetry, log: Logger): Promise<Running> {
  const mine = deployment();
  const taken = values.state ? await takeSavedReplica(values.state, mine, clock()) : null;
  if (taken && !taken.saved) log.warn({ state: values.state, reason: taken.reason }, "state_not_used");
  return startServer({
    host: values.host,
    port: port(8101),
    deployment: mine,
    seed: number("seed", values.seed, 0),
    loadSeconds: number("load-seconds", values["load-seconds"], 0),
    saved: taken?.saved ?? undefined,
    rate: number("rate", values.rate, 0.01),
    telemetry,
    log,
  });
}

async function start(role: string, telemetry: Telemetry, log: Logger): Promise<Running> {
  const seed = number("seed", values.seed, 0);
  const common = { host: values.host, telemetry, log };
  if (role === "server") return server(telemetry, log);
  if (role === "load-balancer") {
    const upstreams = urls("upstream");
    if (upstreams.length === 0) throw new UsageError("--role load-balancer takes at least one --upstream.");
    return startLoadBalancer({ ...common, port: port(8001), upstreams, seed });
  }
  if (role === "gateway") {
    return startGateway({ ...common, port: port(8000), upstream: oneUpstream(), loads: urls("load") });
  }
  const traffic = { seed, rate: number("rate", values.rate, 0.01) };
  return startLoad({ ...common, port: port(8003), upstream: oneUpstream(), model: values.model, traffic });
}

async function writeHistory(): Promise<void> {
  if (!values.out) throw new UsageError("--role backfill needs --out.");
  const end = Math.floor(number("end", values.end, 0, clock()));
  const first = Math.floor(number("start", values.start, 0, end - 6 * 3600));
  if (first >= end) throw new UsageError("--start must lie before --end.");
  const began = clock();
  let shown = -1;
  const report = await backfill({
    out: values.out,
    stateFolder: values.state,
    start: first,
    end,
    step: number("step", values.step, 1),
    fineStep: number("fine-step", values["fine-step"], 1),
    fineSeconds: number("fine-window", values["fine-window"], 0),
    seed: number("seed", values.seed, 0),
    rate: number("rate", values.rate, 0.01),
    progress(part) {
      const percent = Math.floor(part * 10) * 10;
      if (percent === shown) return;
      shown = percent;
      process.stderr.write(`history: ${percent} %\n`);
    },
  });
  const seconds = (clock() - began).toFixed(1);
  process.stderr.write(
    `history: ${report.requests} requests, ${report.series} series, ${report.samples} samples in ${seconds} s\n`,
  );
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function main(): Promise<number> {
  if (values.help || values.role === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const stopping = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopping.abort());
  // A parent that holds an IPC channel and dies, however it does, takes this process with it.
  process.once("disconnect", () => stopping.abort());
  const otlp = values.otlp ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const log = pino({ base: { role: values.role } });
  switch (values.role) {
    case "backfill":
      await writeHistory();
      return 0;
    case "all": {
      const { host, state } = values;
      const seed = number("seed", values.seed, 0);
      const rate = number("rate", values.rate, 0.01);
      return runAll({ host, port: port(8000), seed, rate, state, otlp, log }, stopping.signal);
    }
    case "server":
    case "load-balancer":
    case "gateway":
    case "load": {
      const telemetry = createTelemetry(otlp, values.role === "server" ? deployment().instance : values.role);
      const running = await start(values.role, telemetry, log);
      await new Promise<void>((resolve) => {
        if (stopping.signal.aborted) resolve();
        else stopping.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await running.stop();
      await telemetry.shutdown();
      return 0;
    }
    default:
      throw new UsageError(
        `--role must be server, load-balancer, gateway, load, all or backfill, not ${values.role}.`,
      );
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
