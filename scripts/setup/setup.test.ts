import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { nodeVersionProblem } from "./node-version.mjs";
import { assertPortFree, consolePort, freePortFrom, listenAdvice, listenProblem } from "./ports.mjs";

describe("the version of Node", () => {
  it.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("%s will do", (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined();
  });
  it.each(["18.20.4", "20.18.3", "8.0.0"])("%s is too old, and it says what to install", (version) => {
    expect(nodeVersionProblem(version)).toContain("Node 20.19 or newer");
  });
});

describe("the console's port", () => {
  it("is 3000 unless PORT says otherwise", () => {
    expect([consolePort(undefined), consolePort(""), consolePort("3100")]).toEqual([3000, 3000, 3100]);
  });
  it.each(["abc", "0", "65536", "30.5"])("cannot be %s", (value) => {
    expect(() => consolePort(value)).toThrow(/PORT is .*; set it to a number from 1 to 65535/);
  });
  it("taken by another program is refused with the way out", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(assertPortFree(port, "127.0.0.1")).rejects.toThrow(
      `choose another one with \`PORT=${port + 1} npm run quickstart\``,
    );
    expect(await freePortFrom(port)).toBeGreaterThan(port);
    const problem = await listenProblem(port, "127.0.0.1");
    expect(listenAdvice(problem ?? "", port, "127.0.0.1")).toMatch(/^PORT: \d+ is taken/);
    server.close();
    await once(server, "close");
    await expect(assertPortFree(port, "127.0.0.1")).resolves.toBeUndefined();
  });
  it("on an address of another machine is refused with the name of the variable", async () => {
    const problem = await listenProblem(3000, "203.0.113.9");
    expect(listenAdvice(problem ?? "", 3000, "203.0.113.9")).toMatch(
      /^INFERSCOPE_HOST: nothing can listen on 203\.0\.113\.9 here \(EADDRNOTAVAIL\)/,
    );
  });
});

describe("the guardian", () => {
  it("ends what it was told of when its process is killed without a chance to do so", async () => {
    const guardian = path.join(import.meta.dirname, "guardian.mjs");
    const program = `
      import { spawn } from "node:child_process";
      import { createGuardian } from ${JSON.stringify(guardian)};
      const guardian = createGuardian();
      const start = () => spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
      const [kept, forgotten] = [start(), start()];
      guardian.add(kept.pid, "SIGTERM");
      guardian.add(forgotten.pid, "SIGTERM");
      guardian.remove(forgotten.pid);
      console.log(kept.pid, forgotten.pid);
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output] = (await once(child.stdout, "data")) as [Buffer];
    const [kept, forgotten] = output.toString().trim().split(" ").map(Number) as [number, number];
    child.kill("SIGKILL");
    try {
      await expect.poll(() => state(kept), { timeout: 5000 }).not.toBe("runs");
      expect(state(forgotten)).toBe("runs");
    } finally {
      process.kill(forgotten, "SIGKILL");
    }
  });
});

// An orphan that ended stays in the process table, as Z, until init has read its status.
const state = (pid: number): "runs" | "gone" => {
  const status = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
  return status === "" || status.startsWith("Z") ? "gone" : "runs";
};
