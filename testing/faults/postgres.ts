import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { preparePostgres } from "@/stack/quickstart/postgres";
import { freePort } from "../ports";

const root = path.resolve(import.meta.dirname, "../..");
const START_MS = 60_000;
const POLL_MS = 100;

export interface RunningPostgres {
  url: string;
  /** Ends the server by SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after a kill, on the same port and data. */
  restart(): Promise<void>;
  /** Ends the server and deletes its data. */
  stop(): Promise<void>;
}

/** Starts a PostgreSQL of its own, as safe against a kill as a real one, with an empty database. */
export async function startPostgres(): Promise<RunningPostgres> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "inferscope-postgres-"));
  // The server runs under an account of its own.
  await chmod(dataDirectory, 0o711);
  const port = await freePort();
  const prepare = () =>
    preparePostgres({
      root,
      dataDirectory,
      port,
      password: "of a database that is thrown away",
      // The machine stays up, so what was written is there without a flush; a commit still waits for its write.
      settings: ["fsync=off"],
    });
  const prepared = await prepare();
  let child: ChildProcess;
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  const start = async () => {
    const deadline = performance.now() + START_MS;
    for (;;) {
      const { spec } = await prepare();
      child = spawn(spec.command, spec.args, {
        cwd: spec.cwd,
        uid: spec.uid,
        gid: spec.gid,
        stdio: "ignore",
      });
      // It ends by itself while processes of the one that was killed are still there.
      while (child.exitCode === null) {
        if (await spec.isReady(AbortSignal.timeout(START_MS)).catch(() => false)) return;
        if (performance.now() > deadline) {
          await end("SIGKILL");
          throw new Error("PostgreSQL did not become ready.");
        }
        await wait(POLL_MS);
      }
    }
  };
  await start();
  await prepared.createDatabase("faults");
  return {
    url: prepared.urlOf("faults"),
    kill: () => end("SIGKILL"),
    restart: start,
    stop: async () => {
      await end("SIGINT");
      if (prepared.movedBecause !== undefined)
        await rm(path.dirname(prepared.dataDirectory), { recursive: true, force: true });
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
