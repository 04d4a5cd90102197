import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { bindGrpc, createOtlpGrpcServer, stopGrpc } from "./otlp-grpc";
import { createOtlpHttpServer, type OtlpOptions } from "./otlp-http";
import { createQueryServer, type Generation } from "./query-server";
import { DEFAULT_LIMITS, type StoreLimits, TraceStore } from "./store";

export interface TraceStoreOptions {
  host: string;
  /** Ports; 0 takes any free one. */
  queryPort: number;
  otlpHttpPort: number;
  otlpGrpcPort: number;
  generation: Generation;
  basePath: string;
  limits: StoreLimits;
  maxRequestBytes: number;
  /** Told of a fault while serving; never holds content of spans or queries. */
  onError: (error: unknown) => void;
}

export const DEFAULT_OPTIONS: TraceStoreOptions = {
  host: "127.0.0.1",
  queryPort: 16686,
  otlpHttpPort: 4318,
  otlpGrpcPort: 4317,
  generation: "both",
  basePath: "",
  limits: DEFAULT_LIMITS,
  // The size that the OTLP specification suggests.
  maxRequestBytes: 64 * 1024 * 1024,
  onError: () => {},
};

export interface RunningTraceStore {
  store: TraceStore;
  queryPort: number;
  otlpHttpPort: number;
  otlpGrpcPort: number;
  stop: () => Promise<void>;
}

/** Cannot start; the message is one sentence for the person who started it. */
export class StartError extends Error {}

const EXPIRY_INTERVAL_MS = 5_000;
const STOP_GRACE_MS = 1_000;

/** Starts all three listeners; throws StartError, with none left listening, when one of them cannot. */
export async function startTraceStore(given: Partial<TraceStoreOptions> = {}): Promise<RunningTraceStore> {
  const options = { ...DEFAULT_OPTIONS, ...given };
  const store = new TraceStore(options.limits);
  const receiver: OtlpOptions = {
    maxRequestBytes: options.maxRequestBytes,
    append: (spans) => store.append(spans, Date.now()),
    onError: options.onError,
  };
  const query = createQueryServer(store, { ...options, now: Date.now });
  const otlpHttp = createOtlpHttpServer(receiver);
  const otlpGrpc = createOtlpGrpcServer(receiver);
  // Traces grow old also when none arrive.
  const expiry = setInterval(() => store.expire(Date.now()), EXPIRY_INTERVAL_MS);
  expiry.unref();
  const stop = async () => {
    clearInterval(expiry);
    await Promise.all([close(query), close(otlpHttp), stopGrpc(otlpGrpc, STOP_GRACE_MS)]);
  };
  try {
    const queryPort = await listen(query, options.host, options.queryPort, "--query-port");
    const otlpHttpPort = await listen(otlpHttp, options.host, options.otlpHttpPort, "--otlp-http-port");
    const otlpGrpcPort = await bindGrpc(otlpGrpc, options.host, options.otlpGrpcPort).catch(
      (error: Error) => {
        throw startError(error, options.host, options.otlpGrpcPort, "--otlp-grpc-port");
      },
    );
    return { store, queryPort, otlpHttpPort, otlpGrpcPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: Server, host: string, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(startError(error, host, port, flag)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function startError(error: NodeJS.ErrnoException, host: string, port: number, flag: string): StartError {
  // grpc-js reports the system's error as text only.
  const reason = error.code ?? error.message;
  if (reason.includes("EADDRINUSE"))
    return new StartError(`Port ${port} is taken; stop what uses it or choose another with ${flag}.`);
  if (reason.includes("EACCES"))
    return new StartError(`Port ${port} may not be opened by this user; choose one above 1023 with ${flag}.`);
  return new StartError(`Cannot listen on ${host}:${port} (${error.message}); check --host and ${flag}.`);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS).unref();
  });
}
