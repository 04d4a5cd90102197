/** What the adapter says beside an error of a raw statement, which Prisma gives no code of its own. */
type Told = { code?: unknown; meta?: { driverAdapterError?: { cause?: { kind?: unknown } } } };

/**
 * Whether PostgreSQL ended a transaction since it could not go on beside another: a deadlock, or rows that both changed.
 * Nothing of it was written, and it may go through when it is tried again. Asked by code, as `isUniqueViolation` is.
 */
export function isWriteConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, meta } = error as Told;
  return code === "P2034" || meta?.driverAdapterError?.cause?.kind === "TransactionWriteConflict";
}
