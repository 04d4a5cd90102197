import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { sampleRequest, sampleSpan, sendJsonTraces, spanIdOf, traceIdOf } from "./sample-traces";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const FREE = ["--query-port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "0"];

let child: ChildProcessWithoutNullStreams | undefined;
let squatter: Server | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
  squatter?.close();
});

function run(args: string[]) {
  const started = spawn(process.execPath, ["--import", "tsx", MAIN, ...args]);
  child = started;
  const output = { out: "", err: "" };
  started.stdout.on("data", (chunk) => {
    output.out += chunk;
  });
  started.stderr.on("data", (chunk) => {
    output.err += chunk;
  });
  const exit = new Promise<number | null>((resolve) => started.on("exit", resolve));
  const firstLine = new Promise<Record<string, unknown>>((resolve, reject) => {
    started.stdout.on("data", () => {
      if (output.out.includes("\n")) resolve(JSON.parse(output.out.split("\n")[0] ?? ""));
    });
    exit.then(() => reject(new Error(`ended before it started: ${output.err}`)));
  });
  firstLine.catch(() => undefined);
  return { started, output, exit, firstLine };
}

/** Takes a free port and keeps it. */
function takePort(): Promise<number> {
  return new Promise((resolve) => {
    squatter = createServer().listen(0, "127.0.0.1", () => {
      const address = squatter?.address();
      if (address && typeof address === "object") resolve(address.port);
    });
  });
}

describe("the process", () => {
  it("says where it listens, and stops cleanly within two seconds with a connection open", async () => {
    const { started, output, exit, firstLine } = run([...FREE, "--generation", "v3"]);
    const line = await firstLine;
    expect(line).toMatchObject({
      event: "started",
      component: "trace-store",
      host: "127.0.0.1",
      generation: "v3",
    });
    const secret = "a prompt that must not be logged";
    const span = sampleSpan({ name: secret }, { traceId: traceIdOf(1), spanId: spanIdOf(1) });
    await sendJsonTraces(Number(line.otlpHttpPort), sampleRequest({ api: [span] }));
    await sendJsonTraces(Number(line.otlpHttpPort), `{${secret}`);
    const services = await fetch(`http://127.0.0.1:${line.queryPort}/api/v3/services`);
    expect(await services.json()).toEqual({ services: ["api"] });
    const stoppedAt = performance.now();
    started.kill("SIGTERM");
    expect(await exit).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    expect(output.out).not.toContain("prompt");
    expect(JSON.parse(output.out.trim().split("\n").at(-1) ?? "")).toMatchObject({
      event: "stopped",
      spans: 1,
    });
    expect(output.err).toBe("");
  });

  it.each(["--query-port", "--otlp-http-port", "--otlp-grpc-port"])(
    "says in one sentence that the port of %s is taken",
    async (flag) => {
      const port = await takePort();
      const { exit, output } = run([...FREE, flag, String(port)]);
      expect(await exit).toBe(1);
      expect(output.err).toBe(`Port ${port} is taken; stop what uses it or choose another with ${flag}.\n`);
    },
  );

  it.each([
    [["--generation", "v2"], '--generation must be v1, v3 or both, not "v2".'],
    [["--query-port", "high"], '--query-port must be a whole number of at most 65535, not "high".'],
    [["--max-age", "soon"], '--max-age must be a duration such as 90s, 30m, 24h or 2d, not "soon".'],
    [["--speed", "1"], "Unknown option '--speed'"],
  ])("refuses %j", async (args, sentence) => {
    const { exit, output } = run(args);
    expect(await exit).toBe(1);
    expect(output.err).toContain(sentence);
    expect(output.err.trim().split("\n")).toHaveLength(1);
  });
});
