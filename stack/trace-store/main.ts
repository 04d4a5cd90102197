import { parseArgs } from "node:util";
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import pino from "pino";
import { GENERATIONS, type Generation } from "./query-server";
import { DEFAULT_OPTIONS, StartError, startTraceStore, type TraceStoreOptions } from "./server";

const USAGE = `Usage: trace-store [options]

  --query-port PORT        Jaeger query API (16686)
  --otlp-http-port PORT    OTLP/HTTP (4318)
  --otlp-grpc-port PORT    OTLP/gRPC (4317)
  --host ADDRESS           address to listen on (127.0.0.1)
  --generation v1|v3|both  Jaeger API generations answered (both)
  --base-path PATH         prefix of the query API, such as /jaeger (none)
  --max-spans N            spans kept (200000)
  --max-bytes N            estimated memory of the spans kept, in bytes (268435456)
  --max-age DURATION       age at which a trace goes: 90s, 30m, 24h (24h)
`;

const log = pino({ base: { component: "trace-store" }, timestamp: pino.stdTimeFunctions.isoTime });

// grpc-js writes lines of its own to stderr; what matters in them comes back as errors.
setLogVerbosity(logVerbosity.NONE);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const running = await startTraceStore({
    ...options,
    // Only the kind of fault: messages of parsers may quote what they were given.
    onError: (error) =>
      log.error({ event: "request_failed", error: error instanceof Error ? error.name : "unknown" }),
  });
  log.info({
    event: "started",
    host: options.host,
    queryPort: running.queryPort,
    otlpHttpPort: running.otlpHttpPort,
    otlpGrpcPort: running.otlpGrpcPort,
    generation: options.generation,
  });
  let isStopping = false;
  const stop = async (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    await running.stop();
    log.info({ event: "stopped", signal, ...running.store.stats() });
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function readOptions(args: string[]): TraceStoreOptions {
  const text = { type: "string" } as const;
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        "query-port": text,
        "otlp-http-port": text,
        "otlp-grpc-port": text,
        host: text,
        generation: text,
        "base-path": text,
        "max-spans": text,
        "max-bytes": text,
        "max-age": text,
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    throw new StartError(`${(error as Error).message.split("\n")[0]} (--help lists the options)`);
  }
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const given = (name: string) => values[name] as string | undefined;
  const whole = (name: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number => {
    const value = given(name);
    if (value === undefined) return fallback;
    if (!/^[0-9]+$/.test(value) || Number(value) > max)
      throw new StartError(`--${name} must be a whole number of at most ${max}, not "${value}".`);
    return Number(value);
  };
  const generation = (given("generation") ?? DEFAULT_OPTIONS.generation) as Generation;
  if (!GENERATIONS.includes(generation))
    throw new StartError(`--generation must be v1, v3 or both, not "${generation}".`);
  const basePath = (given("base-path") ?? "").replace(/\/+$/, "");
  if (basePath !== "" && !basePath.startsWith("/")) throw new StartError(`--base-path must begin with "/".`);
  const { limits } = DEFAULT_OPTIONS;
  return {
    ...DEFAULT_OPTIONS,
    host: given("host") ?? DEFAULT_OPTIONS.host,
    queryPort: whole("query-port", DEFAULT_OPTIONS.queryPort, 65_535),
    otlpHttpPort: whole("otlp-http-port", DEFAULT_OPTIONS.otlpHttpPort, 65_535),
    otlpGrpcPort: whole("otlp-grpc-port", DEFAULT_OPTIONS.otlpGrpcPort, 65_535),
    generation,
    basePath,
    limits: {
      ...limits,
      maxSpans: whole("max-spans", limits.maxSpans),
      maxBytes: whole("max-bytes", limits.maxBytes),
      maxAgeMs: milliseconds(given("max-age"), limits.maxAgeMs),
    },
  };
}

function milliseconds(duration: string | undefined, fallback: number): number {
  if (duration === undefined) return fallback;
  const match = /^([0-9]+)(s|m|h|d)$/.exec(duration);
  if (!match)
    throw new StartError(`--max-age must be a duration such as 90s, 30m, 24h or 2d, not "${duration}".`);
  const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as "s" | "m" | "h" | "d"];
  return Number(match[1]) * unit;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof StartError ? error.message : String((error as Error)?.stack ?? error)}\n`,
  );
  process.exit(1);
});
