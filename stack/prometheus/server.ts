import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { answers, type ProcessSpec } from "../quickstart/supervisor";

const runFile = promisify(execFile);
const retention = "30d";

export interface PrometheusOptions {
  binary: string;
  configFile: string;
  /** The TSDB's folder. */
  storage: string;
  port: number;
  cwd: string;
}

/** A real Prometheus server on 127.0.0.1 that keeps thirty days. */
export function prometheusServer({ binary, configFile, storage, port, cwd }: PrometheusOptions): ProcessSpec {
  return {
    name: "prometheus",
    command: binary,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${storage}`,
      `--storage.tsdb.retention.time=${retention}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--enable-feature=exemplar-storage",
      "--log.level=warn",
    ],
    cwd,
    isReady: (signal) => answers(`http://127.0.0.1:${port}/-/ready`, signal),
    readyWithinSeconds: 60,
  };
}

/**
 * Writes OpenMetrics text as blocks into a TSDB folder that no server is using: blocks over a time that a running
 * server still holds in memory hide its samples after a restart. Throws with promtool's message.
 */
export async function createBlocks(options: {
  promtool: string;
  openMetricsFile: string;
  storage: string;
  /** The longest time of one block, such as "54h", which a server that has run for long has; two hours when absent. */
  blockDuration?: string;
  signal: AbortSignal;
}): Promise<void> {
  const { promtool, openMetricsFile, storage, blockDuration, signal } = options;
  const long = blockDuration === undefined ? [] : [`--max-block-duration=${blockDuration}`];
  await runFile(
    promtool,
    ["tsdb", "create-blocks-from", ...long, "openmetrics", "--quiet", openMetricsFile, storage],
    {
      signal,
      maxBuffer: 16 * 1024 * 1024,
    },
  );
}
