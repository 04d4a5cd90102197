/**
 * Whether Prisma refused a write since a unique key is taken. Asked by code, not by class: the server's bundles may each
 * hold a copy of the client, and an error of one is no instance of the other's class.
 */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && (error as { code?: unknown }).code === "P2002";
