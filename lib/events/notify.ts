import "server-only";
import type { Transaction } from "@/lib/db/client";
import type { ChangeEvent } from "./schema";

export const CHANNEL = "inferscope";

/** Announces a change to every console when the transaction commits; a rolled back one announces nothing. */
export async function notify(tx: Transaction, event: ChangeEvent): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${JSON.stringify(event)})`;
}
