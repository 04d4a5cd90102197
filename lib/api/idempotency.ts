import "server-only";
import { createHash } from "node:crypto";
import type { Actor } from "@/lib/auth/actor";
import { prisma } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";
import { isUniqueViolation } from "@/lib/db/unique-violation";
import { problem } from "@/lib/errors";

/** A first request that has not answered for this long is taken to have died; its key may be used again. */
const ABANDONED_AFTER_MS = 60_000;

type Stored = { status: number; body: unknown };

/**
 * Runs `create` once for an Idempotency-Key: the same request again gets the first answer. A key used for another
 * request is `idempotency_mismatch`; one whose first request is still at work is `conflict`. A create that throws
 * frees its key, so that it can be tried again.
 */
export async function once(
  actor: Actor,
  key: string,
  route: string,
  body: unknown,
  now: Date,
  create: () => Promise<Stored>,
): Promise<Stored> {
  const actorId = `${actor.type}:${actor.id}`;
  const requestHash = createHash("sha256")
    .update(JSON.stringify(body ?? null))
    .digest("hex");
  const where = { actorId_key: { actorId, key } };
  await prisma().idempotencyKey.deleteMany({
    where: { actorId, key, status: null, createdAt: { lt: new Date(now.getTime() - ABANDONED_AFTER_MS) } },
  });
  try {
    await prisma().idempotencyKey.create({ data: { actorId, key, route, requestHash } });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const first = await prisma().idempotencyKey.findUnique({ where });
    if (first === null)
      throw problem("conflict", "The first request with this Idempotency-Key just failed; send it again.", {
        retryAfterSeconds: 1,
      });
    if (first.route !== route || first.requestHash !== requestHash)
      throw problem(
        "idempotency_mismatch",
        "This Idempotency-Key was used for another request; use a new one.",
      );
    if (first.status === null)
      throw problem("conflict", "The first request with this Idempotency-Key is still at work.", {
        retryAfterSeconds: 1,
      });
    return { status: first.status, body: first.response };
  }
  try {
    const answer = await create();
    await prisma().idempotencyKey.update({
      where,
      data: {
        status: answer.status,
        response: answer.body === undefined ? Prisma.JsonNull : (answer.body as Prisma.InputJsonValue),
      },
    });
    return answer;
  } catch (error) {
    await prisma().idempotencyKey.deleteMany({ where: { actorId, key } });
    throw error;
  }
}
