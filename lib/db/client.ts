import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { PrismaPg } from "@prisma/adapter-pg";
import { config } from "@/lib/config";
import { type Prisma, PrismaClient } from "./generated/client";

/** What queries run on: the shared client, or the transaction that surrounds the call. */
export type Database = PrismaClient | Prisma.TransactionClient;
export type Transaction = Prisma.TransactionClient;

type Ambient = { transaction: Transaction; depth: number };
type Shared = { client: PrismaClient | null; ambient: AsyncLocalStorage<Ambient> };

/**
 * One client a process and copy of Prisma. It outlives a reload of the modules in development; the worker's bundle and
 * Next's hold a copy of Prisma each, and neither knows the other's classes.
 */
const holder = globalThis as unknown as { inferscopeDatabase?: WeakMap<typeof PrismaClient, Shared> };
holder.inferscopeDatabase ??= new WeakMap();
const known: Shared = holder.inferscopeDatabase.get(PrismaClient) ?? {
  client: null,
  ambient: new AsyncLocalStorage(),
};
holder.inferscopeDatabase.set(PrismaClient, known);
const { ambient } = known;

/** Long enough for a slow command, short enough that a stuck one frees its rows. */
const TRANSACTION_TIMEOUT_MS = 15_000;

/** The shared client; made at the first use, since a build has no database. */
export function prisma(): PrismaClient {
  known.client ??= new PrismaClient({
    adapter: new PrismaPg({ connectionString: config().DATABASE_URL, connectionTimeoutMillis: 5_000 }),
  });
  return known.client;
}

/** The transaction around this call when there is one, else the shared client. All reads go through it. */
export const db = (): Database => ambient.getStore()?.transaction ?? prisma();

/**
 * Runs `run` in a transaction: a new one, or a savepoint of the one around it. A throw rolls back what `run` did and
 * is passed on. Inside, `db()` is the transaction. One that takes longer than `timeoutMs` is rolled back, and `run` rejects
 * at its next query; a savepoint has the time of what is around it.
 */
export async function transaction<T>(
  run: (tx: Transaction) => Promise<T>,
  { timeoutMs = TRANSACTION_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<T> {
  const outer = ambient.getStore();
  if (outer === undefined)
    return prisma().$transaction((tx) => ambient.run({ transaction: tx, depth: 0 }, () => run(tx)), {
      timeout: timeoutMs,
      maxWait: 5_000,
    });
  const savepoint = `nested_${outer.depth + 1}`;
  await outer.transaction.$executeRawUnsafe(`SAVEPOINT ${savepoint}`);
  try {
    const result = await ambient.run({ transaction: outer.transaction, depth: outer.depth + 1 }, () =>
      run(outer.transaction),
    );
    await outer.transaction.$executeRawUnsafe(`RELEASE SAVEPOINT ${savepoint}`);
    return result;
  } catch (error) {
    await outer.transaction.$executeRawUnsafe(`ROLLBACK TO SAVEPOINT ${savepoint}`);
    throw error;
  }
}

/** Closes the shared client; for scripts, tests and a stopping process. */
export async function closeDatabase(): Promise<void> {
  await known.client?.$disconnect();
  known.client = null;
}
