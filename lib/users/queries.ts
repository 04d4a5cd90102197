import "server-only";
import { pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Prisma, User as UserRow } from "@/lib/db/generated/client";
import { containsText } from "@/lib/db/like";
import { problem } from "@/lib/errors";
import { type Account, type User, type UserList, userActions } from "./schema";
import { userObstacles } from "./user";

const signsInWith = (row: UserRow): User["signsInWith"] => [
  ...(row.passwordHash === null ? [] : (["password"] as const)),
  ...(row.oidcSubject === null ? [] : (["single_sign_on"] as const)),
];

/** Turns rows of one team into what the API shows. */
async function present(actor: Actor, rows: UserRow[], now: Date): Promise<User[]> {
  const administrators = await db().user.findMany({
    where: { teamId: actor.teamId, role: "admin", disabledAt: null },
    select: { id: true },
    take: 2,
  });
  const keys = await db().apiKey.groupBy({
    by: ["createdById"],
    where: {
      createdById: { in: rows.map((row) => row.id) },
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
    },
    _count: true,
  });
  const keyCounts = new Map(keys.map((entry) => [entry.createdById, entry._count]));
  return rows.map((row) => {
    const whyNot = userObstacles({
      role: row.role,
      disabled: row.disabledAt !== null,
      singleSignOn: row.oidcSubject !== null,
      isYou: row.id === actor.id,
      isLastAdministrator: administrators.length === 1 && administrators[0]!.id === row.id,
    });
    return {
      id: row.id,
      email: row.email,
      name: row.name,
      role: row.role,
      signsInWith: signsInWith(row),
      createdAt: row.createdAt.toISOString(),
      lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
      disabledAt: row.disabledAt?.toISOString() ?? null,
      isYou: row.id === actor.id,
      apiKeyCount: keyCounts.get(row.id) ?? 0,
      actions: userActions.filter((action) => whyNot[action] === undefined),
      whyNot,
    };
  });
}

/** The team's users by e-mail, of those the ones whose e-mail or name contains `search`; `total` counts them all. */
export async function listUsers(
  actor: Actor,
  { search, cursor, limit }: { search?: string; cursor?: string; limit: number },
  now: Date,
): Promise<UserList> {
  const contains = search ? containsText(search) : undefined;
  const where: Prisma.UserWhereInput = {
    teamId: actor.teamId,
    ...(contains ? { OR: [{ email: contains }, { name: contains }] } : {}),
  };
  const [rows, total] = [
    await db().user.findMany({
      where: { AND: [where, cursor === undefined ? {} : { email: { gt: cursor } }] },
      orderBy: { email: "asc" },
      take: limit + 1,
    }),
    await db().user.count({ where }),
  ];
  const page = pageOf(
    rows,
    limit,
    (row) => row.email,
    (row) => row,
  );
  return { items: await present(actor, page.items, now), nextCursor: page.nextCursor, total };
}

/** One user of the actor's team. Throws `not_found`. */
export async function readUser(actor: Actor, id: string, now: Date): Promise<User> {
  const row = await db().user.findUnique({ where: { id, teamId: actor.teamId } });
  if (row === null) throw problem("not_found", "There is no such user.");
  const [user] = await present(actor, [row], now);
  return user!;
}

/** The account of the signed-in person. Throws `forbidden` for an API key, which has none. */
export async function readAccount(actor: Actor): Promise<Account> {
  if (actor.type !== "user")
    throw problem("forbidden", "Only a signed-in person has an account; this is an API key.");
  const row = await db().user.findUniqueOrThrow({ where: { id: actor.id } });
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    signsInWith: signsInWith(row),
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
  };
}
