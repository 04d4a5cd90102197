import { accessSync, constants, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { answers, type ProcessSpec } from "./supervisor";

const keptTraces = 20_000;

export interface TracePorts {
  query: number;
  otlpHttp: number;
  otlpGrpc: number;
}

/** The absolute path of a program on PATH, or undefined. */
export function findOnPath(name: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** The configuration of a Jaeger v2 that keeps its traces in memory and listens on 127.0.0.1 only. */
export function jaegerConfig({ query, otlpHttp, otlpGrpc }: TracePorts): string {
  const on = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return stringify({
    service: {
      extensions: ["jaeger_storage", "jaeger_query"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
      },
      telemetry: { metrics: { level: "none" } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: keptTraces } } } },
      // Its own gRPC query port is not used; 0 lets the system choose one that is free.
      jaeger_query: { storage: { traces: "memory" }, http: on(query), grpc: on(0) },
    },
    receivers: { otlp: { protocols: { grpc: on(otlpGrpc), http: on(otlpHttp) } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "memory" } },
  });
}

/** Jaeger v2 from PATH. */
export function jaegerServer(options: { binary: string; ports: TracePorts; directory: string }): ProcessSpec {
  const { binary, ports, directory } = options;
  const configFile = path.join(directory, "jaeger.yaml");
  writeFileSync(configFile, jaegerConfig(ports));
  return {
    name: "jaeger",
    command: binary,
    args: ["--config", configFile],
    cwd: directory,
    isReady: (signal) => answers(`http://127.0.0.1:${ports.query}/api/v3/services`, signal),
    readyWithinSeconds: 60,
  };
}

/** Our own trace store, which answers as Jaeger does. */
export function traceStore(options: { program: string; ports: TracePorts; root: string }): ProcessSpec {
  const { program, ports, root } = options;
  return {
    name: "trace-store",
    command: process.execPath,
    args: [
      "--enable-source-maps",
      program,
      "--query-port",
      String(ports.query),
      "--otlp-http-port",
      String(ports.otlpHttp),
      "--otlp-grpc-port",
      String(ports.otlpGrpc),
    ],
    cwd: root,
    isReady: (signal) => answers(`http://127.0.0.1:${ports.query}/api/v3/services`, signal),
    readyWithinSeconds: 30,
  };
}
