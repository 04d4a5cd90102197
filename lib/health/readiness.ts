import "server-only";
import path from "node:path";
import { prisma } from "@/lib/db/client";
import { pendingMigrations } from "@/lib/db/pending-migrations";

export type Readiness =
  | { status: "ready"; degraded: { source: string; problem: string }[] }
  | { status: "not_ready"; reason: string };

/** Longer than a healthy answer by far, shorter than a probe's patience. */
const DATABASE_TIMEOUT_MS = 3_000;

const withTimeout = <T>(work: Promise<T>, milliseconds: number, reason: string): Promise<T> => {
  let timer: NodeJS.Timeout;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(reason)), milliseconds);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
};

/**
 * Whether the console can serve: its database answers and has every migration. A data source that is down makes it
 * degraded, which is said and is not fatal.
 */
export async function readiness(): Promise<Readiness> {
  try {
    const pending = await withTimeout(
      pendingMigrations(
        (sql) => prisma().$queryRawUnsafe(sql),
        process.env.INFERSCOPE_MIGRATIONS_DIR ?? path.resolve("prisma/migrations"),
      ),
      DATABASE_TIMEOUT_MS,
      "it did not answer in 3 s",
    );
    if (pending.length > 0)
      return {
        status: "not_ready",
        reason: `The database lacks ${pending.length} of the migrations, first ${pending[0]}.`,
      };
    const sources = await prisma().source.findMany({
      where: { validTo: null, reachable: false },
      select: { name: true },
      orderBy: { name: "asc" },
    });
    return {
      status: "ready",
      degraded: sources.map((source) => ({
        source: source.name,
        // Whoever may ask this need not be signed in: addresses and what they answered are for Settings.
        problem: "It did not answer when it was last asked. Settings, Data sources says what is wrong.",
      })),
    };
  } catch {
    return { status: "not_ready", reason: "The database cannot be reached." };
  }
}
