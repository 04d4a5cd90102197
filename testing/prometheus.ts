import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

export type ScrapeJob = {
  job: string;
  /** host:port of each target. */
  targets: string[];
  labels?: Record<string, string>;
  /** A Prometheus duration; `1s` when absent. */
  interval?: string;
  metricsPath?: string;
  /** Whether the labels of the page win over those of the scrape, as with a federation. */
  honorLabels?: boolean;
};

export type PrometheusOptions = {
  /** OpenMetrics text that is in the database before the server starts; see {@link openMetricsText}. */
  openMetrics?: string;
  scrape?: ScrapeJob[];
  /** Files beside the configuration, by relative path: rules, service discovery. */
  files?: Record<string, string>;
  /** Paths of `files` that hold rules. */
  ruleFiles?: string[];
  /** Further command-line flags, such as `--web.enable-remote-write-receiver`. */
  flags?: string[];
};

export type RunningPrometheus = {
  url: string;
  port: number;
  /** Ends it by SIGKILL, as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after a kill, on the same port and data. */
  restart(): Promise<void>;
  /** Ends the server and removes its folder. May be called twice. */
  stop(): Promise<void>;
};

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_EVERY_MS = 25;

/**
 * Returns why no Prometheus can be started here, or null: `describe.skipIf(whyNoPrometheus())`.
 */
export function whyNoPrometheus(): string | null {
  const missing = ["prometheus", "promtool"].filter((name) => pathOf(name) === null);
  return missing.length === 0
    ? null
    : `${missing.join(" and ")} not on PATH; install Prometheus to run these tests`;
}

/**
 * Starts a real Prometheus on a free port of the loopback address with data and folder of its own. Throws with
 * the server's last lines when it does not become ready.
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<RunningPrometheus> {
  const reason = whyNoPrometheus();
  if (reason) throw new Error(reason);
  const folder = await mkdtemp(join(tmpdir(), "inferscope-prometheus-"));
  try {
    return await start(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(folder: string, options: PrometheusOptions): Promise<RunningPrometheus> {
  const data = join(folder, "data");
  await mkdir(data);
  for (const [path, content] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  if (options.openMetrics !== undefined) {
    const file = join(folder, "backfill.om");
    await writeFile(file, options.openMetrics);
    await promisify(execFile)("promtool", ["tsdb", "create-blocks-from", "openmetrics", file, data]);
  }
  // JSON is YAML.
  await writeFile(join(folder, "prometheus.json"), JSON.stringify(configurationOf(options)));

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = [
    `--config.file=${join(folder, "prometheus.json")}`,
    `--storage.tsdb.path=${data}`,
    // Given series lie at fixed times in the past, which the default of 15 days would drop.
    "--storage.tsdb.retention.time=100y",
    `--web.listen-address=127.0.0.1:${port}`,
    ...(options.flags ?? []),
  ];
  let server = serve(flags);
  let stopping: Promise<void> | undefined;
  const end = async () => {
    await server.end("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  };
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  const ready = async () => {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await isReady(url))) {
      if (server.hasEnded() || performance.now() > deadline) {
        await stop();
        throw new Error(`Prometheus did not become ready:\n${server.lastLines()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
  };
  await ready();
  return {
    url,
    port,
    kill: () => server.end("SIGKILL"),
    restart: () => {
      server = serve(flags);
      return ready();
    },
    stop,
  };
}

/** Starts the program; it dies with this process. */
function serve(flags: string[]) {
  const server = spawn("prometheus", flags, { stdio: ["ignore", "ignore", "pipe"] });
  const lines: string[] = [];
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    lines.push(text);
    if (lines.length > 50) lines.shift();
  });
  const exited = new Promise<void>((resolve) => {
    server.once("exit", () => resolve());
    server.once("error", () => resolve());
  });
  const killWithUs = () => void server.kill("SIGKILL");
  process.once("exit", killWithUs);
  return {
    hasEnded: () => server.exitCode !== null || server.signalCode !== null,
    lastLines: () => lines.join(""),
    async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
      process.removeListener("exit", killWithUs);
      server.kill(signal);
      const late = setTimeout(() => server.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

export type OpenMetricsFamily = {
  name: string;
  type: "counter" | "gauge" | "histogram" | "unknown";
  /**
   * Samples by series. `suffix` follows the family's name: `_total` for a counter, `_bucket`, `_sum` and `_count`
   * for a histogram. Times are Unix seconds.
   */
  series: { suffix?: string; labels?: Record<string, string>; samples: [time: number, value: number][] }[];
};

/** Returns OpenMetrics text with times, as `promtool tsdb create-blocks-from openmetrics` takes it. */
export function openMetricsText(families: OpenMetricsFamily[]): string {
  const lines: string[] = [];
  for (const { name, type, series } of families) {
    lines.push(`# TYPE ${name} ${type}`);
    for (const { suffix = "", labels = {}, samples } of series) {
      const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      const head = `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""}`;
      for (const [time, value] of samples) lines.push(`${head} ${openMetricsNumber(value)} ${time}`);
    }
  }
  return `${[...lines, "# EOF"].join("\n")}\n`;
}

/** Returns a port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("the loopback address gave no port");
  return address.port;
}

/** The configuration of a Prometheus that scrapes those jobs, every second unless a job says otherwise. */
export function configurationOf({
  scrape = [],
  ruleFiles = [],
}: Pick<PrometheusOptions, "scrape" | "ruleFiles">) {
  return {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ruleFiles,
    scrape_configs: scrape.map(
      ({ job, targets, labels, interval = "1s", metricsPath = "/metrics", honorLabels = false }) => ({
        job_name: job,
        scrape_interval: interval,
        scrape_timeout: interval,
        metrics_path: metricsPath,
        honor_labels: honorLabels,
        static_configs: [{ targets, ...(labels ? { labels } : {}) }],
      }),
    ),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function openMetricsNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

function pathOf(name: string): string | null {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
