import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { historyLead, historyPlan } from "@/stack/prometheus/history";
import { freePort } from "@/testing/ports";
import { checkConsoleEnvironment } from "./console";
import { findOnPath, jaegerConfig } from "./jaeger";
import { lastLines, readableLine } from "./log-tail";
import { choosePorts } from "./ports";
import { everyoneMayEnter } from "./postgres";
import { keepNoteOfTime, lastSeen } from "./presence";
import { readOrMakeSecrets } from "./secrets";
import { answers, type ProcessSpec, Supervisor } from "./supervisor";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "inferscope-quickstart-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the console's variables", () => {
  afterEach(() => vi.unstubAllEnvs());
  const check = () =>
    checkConsoleEnvironment({
      root: folder,
      dataDirectory: folder,
      host: "127.0.0.1",
      port: 3000,
      secrets: readOrMakeSecrets(folder, { adminEmail: process.env.INFERSCOPE_ADMIN_EMAIL }),
    });

  it("are refused before anything is started", () => {
    for (const name of ["DATABASE_URL", "PROMETHEUS_URL", "JAEGER_URL"]) vi.stubEnv(name, "");
    expect(check()).toBeUndefined();
    vi.stubEnv("INFERSCOPE_ROLE", "everything");
    vi.stubEnv("INFERSCOPE_ADMIN_EMAIL", "nobody");
    vi.stubEnv("JAEGER_URL", "jaeger:16686");
    expect(check).toThrow(
      /INFERSCOPE_ROLE: expected web, worker or all; .*INFERSCOPE_ADMIN_EMAIL: expected an e-mail address; .*JAEGER_URL/,
    );
  });
});

describe("the demo's history at a start", () => {
  const now = 1_800_000_000;
  it.each([
    { name: "the first one", seen: undefined, expected: { kind: "make" } },
    { name: "a restart within two scrapes", seen: now - 10, expected: { kind: "keep", pause: undefined } },
    { name: "a pause", seen: now - 3600, expected: { kind: "keep", pause: { start: now - 3600, end: now } } },
    {
      name: "a pause of just six hours",
      seen: now - 21_600,
      expected: { kind: "keep", pause: { start: now - 21_600, end: now } },
    },
    { name: "a longer pause", seen: now - 21_601, expected: { kind: "make" } },
    { name: "a clock that went back", seen: now + 3600, expected: { kind: "make" } },
  ])("after $name: $expected.kind", ({ seen, expected }) => {
    expect(historyPlan(seen, now)).toEqual(expected);
  });

  it.each([
    [21_600, false, 13],
    [21_600, true, 26],
    [3_600, false, 3],
    [86_400, true, 26],
  ])(
    "of %i s, beside the build: %s, ends %i s ahead, so that it is written by then",
    (seconds, besideBuild, lead) => {
      expect(historyLead(seconds, besideBuild)).toBe(lead);
    },
  );

  it("is decided from the time noted while the demo ran", () => {
    expect(lastSeen(folder)).toBeUndefined();
    const before = Date.now() / 1000;
    keepNoteOfTime(folder)();
    expect(lastSeen(folder)).toBeGreaterThanOrEqual(before);
    writeFileSync(path.join(folder, "last-seen"), "rubbish");
    expect(lastSeen(folder)).toBeUndefined();
  });
});

describe("ports", () => {
  const choose = (wishes: Record<string, number>, taken: number[]) =>
    choosePorts(wishes, async (port) => !taken.includes(port), folder);

  it("are the standard ones where those are free, else the next", async () => {
    expect((await choose({ http: 4318, grpc: 4317, query: 16_686 }, [4318])).ports).toEqual({
      http: 4319,
      grpc: 4317,
      query: 16_686,
    });
  });

  it("are never given twice, nor to two copies that choose at once", async () => {
    const first = await choose({ a: 8000, b: 8000 }, []);
    expect(first.ports).toEqual({ a: 8000, b: 8001 });
    writeFileSync(path.join(folder, "9000"), String(process.ppid));
    expect((await choose({ c: 9000 }, [])).ports).toEqual({ c: 9001 });
  });

  it("are free again when given up, or when their holder is gone", async () => {
    const first = await choose({ a: 8000 }, []);
    first.release();
    writeFileSync(path.join(folder, "8001"), "999999999");
    expect((await choose({ a: 8000, b: 8001 }, [])).ports).toEqual({ a: 8000, b: 8001 });
  });
});

describe("secrets", () => {
  it("are made once, for their owner only", () => {
    const made = readOrMakeSecrets(folder);
    expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
    expect(readOrMakeSecrets(folder)).toEqual(made);
    expect(new Set(Object.values(made)).size).toBe(Object.keys(made).length);
  });

  it("given in the environment win, and are not kept", () => {
    const given = readOrMakeSecrets(folder, { adminPassword: "given in the environment", apiKey: "" });
    expect(given.adminPassword).toBe("given in the environment");
    expect(given.apiKey).toMatch(/^isk_/);
    expect(readFileSync(path.join(folder, "secrets.json"), "utf8")).not.toContain("given in the environment");
  });
});

describe("a log's last lines", () => {
  it("read as sentences where they are JSON", () => {
    expect(readableLine('{"level":50,"msg":"cannot start","err":{"message":"port taken"}}')).toBe(
      "cannot start: port taken",
    );
    expect(readableLine('{"level":30,"event":"started"}')).toBe('{"level":30,"event":"started"}');
    expect(readableLine("{not json")).toBe("{not json");
  });
  it("leave out empty ones", () => {
    expect(lastLines("a\n\nb\nc\n", 2)).toEqual(["b", "c"]);
  });
});

describe("a folder that only root can enter", () => {
  const modes: Record<string, number> = { "/": 0o755, "/root": 0o700, "/root/clone": 0o755, "/home": 0o755 };
  it.each([
    ["/root/clone/data", false],
    ["/home/absent/data", true],
  ])("%s: everyone may enter: %s", (place, expected) => {
    expect(everyoneMayEnter(place, (each) => modes[each])).toBe(expected);
  });
});

describe("Jaeger", () => {
  it("listens on this machine only, on the ports given", () => {
    const config = parse(jaegerConfig({ query: 1, otlpHttp: 2, otlpGrpc: 3 }));
    expect(config.extensions.jaeger_query.http).toEqual({ endpoint: "127.0.0.1:1" });
    expect(config.receivers.otlp.protocols).toEqual({
      http: { endpoint: "127.0.0.1:2" },
      grpc: { endpoint: "127.0.0.1:3" },
    });
  });
  it("is looked for on PATH, and only a program counts", () => {
    writeFileSync(path.join(folder, "jaeger"), "");
    expect(findOnPath("jaeger", folder)).toBeUndefined();
    writeFileSync(path.join(folder, "jaeger-program"), "", { mode: 0o755 });
    expect(findOnPath("jaeger-program", `/nowhere:${folder}`)).toBe(path.join(folder, "jaeger-program"));
  });
});

describe("the supervisor", () => {
  const told: string[] = [];
  const guardian = {
    add: (group: number) => told.push(`add ${group}`),
    remove: (group: number) => told.push(`remove ${group}`),
  };
  const supervise = (signal = new AbortController().signal) =>
    new Supervisor({ logDirectory: folder, guardian, signal });
  const order = () => readFileSync(path.join(folder, "order"), "utf8").trim().split("\n");

  const spec = (name: string, program: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
    name,
    command: process.execPath,
    args: ["-e", program],
    cwd: folder,
    isReady: async () => readFileSync(path.join(folder, `${name}.log`), "utf8").includes("ready"),
    readyWithinSeconds: 10,
    ...more,
  });
  const serves = (name: string) =>
    spec(
      name,
      `process.on("SIGTERM", () => { require("fs").appendFileSync("order", "${name} stopped\\n"); process.exit(0); }); console.log("ready"); setInterval(() => {}, 1000);`,
    );

  it("stops what it started in reverse order", async () => {
    const supervisor = supervise();
    await supervisor.start(serves("first"));
    await supervisor.start(serves("second"));
    await supervisor.stop();
    expect(order()).toEqual(["second stopped", "first stopped"]);
    expect(told.filter((line) => line.startsWith("add"))).toHaveLength(
      told.filter((line) => line.startsWith("remove")).length,
    );
  });

  it("says which process ended by itself, with the last it said", async () => {
    const supervisor = supervise();
    const program =
      'console.log("ready"); console.log("out of memory"); setTimeout(() => process.exit(3), 100)';
    await supervisor.start(spec("demo", program));
    await expect(supervisor.failed).rejects.toThrow(
      /demo ended with status 3\. The last lines of .*demo\.log:\n.*\n {2}out of memory/,
    );
    await supervisor.stop();
  });

  it("fails the start of a process that ends before it is ready, or cannot be found", async () => {
    const supervisor = supervise();
    await expect(
      supervisor.start(spec("demo", 'console.error("Port 4318 is taken."); process.exit(1)')),
    ).rejects.toThrow("Port 4318 is taken.");
    await expect(supervise().start(spec("absent", "", { command: "/nowhere/prometheus" }))).rejects.toThrow(
      "absent could not be started",
    );
  });

  it("kills what does not stop when asked", async () => {
    const supervisor = supervise();
    await supervisor.start(
      spec("stubborn", 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000);'),
    );
    await supervisor.stop(200);
    expect(told.at(-1)).toMatch(/^remove/);
  });

  it("asks a server whether it answers", async () => {
    const server = createServer((request, response) =>
      response.writeHead(request.url === "/ready" ? 200 : 503).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { signal } = new AbortController();
    expect([await answers(`${url}/ready`, signal), await answers(`${url}/other`, signal)]).toEqual([
      true,
      false,
    ]);
    server.close();
    await expect(answers(`http://127.0.0.1:${await freePort()}`, signal)).rejects.toThrow();
  });
});
