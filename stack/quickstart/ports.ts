import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** Whether this process could listen on the port of 127.0.0.1 right now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/**
 * Marks a port as ours before its server listens, so that two copies which choose at the same moment choose
 * differently. A mark whose process is gone counts for nothing.
 */
function claimPort(directory: string, port: number): boolean {
  const file = path.join(directory, String(port));
  const mine = path.join(directory, `${port}.${process.pid}`);
  writeFileSync(mine, String(process.pid));
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        linkSync(mine, file);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = Number(readFileSync(file, "utf8"));
      if (holder === process.pid || isAlive(holder)) return holder === process.pid;
      rmSync(file, { force: true });
    }
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

export interface PortChoice<Name extends string> {
  ports: Record<Name, number>;
  /** Gives up the marks that keep other copies from choosing these ports. */
  release(): void;
}

/**
 * Chooses a free port of 127.0.0.1 for each name, the first one from its wish upwards that no one uses or has marked.
 * @param isFree asked before a port is taken
 * @param directory where the marks are kept, shared by all copies on this machine
 */
export async function choosePorts<Name extends string>(
  wishes: Record<Name, number>,
  isFree: (port: number) => Promise<boolean> = isPortFree,
  directory: string = path.join(tmpdir(), `inferscope-ports-${process.getuid?.() ?? "user"}`),
): Promise<PortChoice<Name>> {
  mkdirSync(directory, { recursive: true });
  const chosen: [Name, number][] = [];
  for (const [name, wish] of Object.entries(wishes) as [Name, number][]) {
    let port = wish;
    while (
      chosen.some(([, taken]) => taken === port) ||
      !(await isFree(port)) ||
      !claimPort(directory, port)
    ) {
      port += 1;
      if (port > 65_535) throw new Error(`No free port from ${wish} upwards for ${name}.`);
    }
    chosen.push([name, port]);
  }
  return {
    ports: Object.fromEntries(chosen) as Record<Name, number>,
    release: () => {
      for (const [, port] of chosen) rmSync(path.join(directory, String(port)), { force: true });
    },
  };
}
