import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

// Beside the other bundles: its imports are found from there.
const bundle = join(process.cwd(), ".inferscope", "build", `llm-server-test-${process.pid}.mjs`);

beforeAll(async () => {
  mkdirSync(join(process.cwd(), ".inferscope", "build"), { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile: bundle,
    logLevel: "error",
  });
});

afterAll(() => rmSync(bundle, { force: true }));

const run = (...args: string[]) => spawnSync(process.execPath, [bundle, ...args], { encoding: "utf8" });

async function listening(): Promise<net.Server> {
  const server = net.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port;

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

describe("llm-server", () => {
  it.each([
    [["--role", "conductor"], /--role must be server, .*, not conductor/],
    [["--role", "server", "--port", "many"], /--port must be a number of at least 0, not many/],
    [["--role", "server", "--gpus", "a,b"], /--gpus must be indices/],
    [["--role", "gateway"], /takes exactly one --upstream/],
    [["--role", "load-balancer", "--upstream", "somewhere"], /--upstream must be a URL/],
    [["--role", "backfill"], /needs --out/],
    [["--colour"], /--colour/],
  ])("says what is wrong with %j", (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it("ends with a sentence when its port is taken", async () => {
    const taken = await listening();
    const child = spawn(process.execPath, [bundle, "--role", "server", "--port", String(portOf(taken))]);
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    expect(await exitOf(child)).toBe(1);
    expect(stderr).toBe(`Port ${portOf(taken)} is taken; choose another with --port.\n`);
    taken.close();
  });

  it("runs all roles as one, answers through the gateway, and leaves nothing behind", async () => {
    const probe = await listening();
    const port = portOf(probe);
    probe.close();
    await once(probe, "close");
    const child = spawn(process.execPath, [bundle, "--role", "all", "--port", String(port)], {
      stdio: "ignore",
    });
    const base = `http://127.0.0.1:${port}`;
    await vi.waitFor(async () => expect((await fetch(`${base}/health/ready`)).status).toBe(200), {
      timeout: 40_000,
      interval: 200,
    });
    const body = {
      model: "llama-3.1-8b-instruct",
      messages: [{ role: "user", content: "Good morning" }],
      max_tokens: 3,
    };
    const answer = await fetch(`${base}/v1/chat/completions`, { method: "POST", body: JSON.stringify(body) });
    expect((await answer.json()).usage.completion_tokens).toBeLessThanOrEqual(3);
    const began = performance.now();
    child.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
    for (const offset of [0, 1, 3, 101, 102]) {
      await expect(fetch(`http://127.0.0.1:${port + offset}/health/live`)).rejects.toThrow();
    }
  }, 60_000);

  it("takes its processes with it when it is killed", async () => {
    const probe = await listening();
    const port = portOf(probe);
    probe.close();
    await once(probe, "close");
    const child = spawn(process.execPath, [bundle, "--role", "all", "--port", String(port)], {
      stdio: "ignore",
    });
    const live = (offset: number) => fetch(`http://127.0.0.1:${port + offset}/health/live`);
    await vi.waitFor(
      async () => {
        for (const offset of [0, 1, 3, 101, 102]) expect((await live(offset)).status).toBe(200);
      },
      { timeout: 40_000, interval: 200 },
    );
    child.kill("SIGKILL");
    await vi.waitFor(
      async () => {
        for (const offset of [0, 1, 3, 101, 102]) await expect(live(offset)).rejects.toThrow();
      },
      { timeout: 5000, interval: 100 },
    );
  }, 60_000);
});
