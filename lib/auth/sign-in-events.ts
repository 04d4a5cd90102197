import "server-only";
import { db } from "@/lib/db/client";
import { type Actor, DEFAULT_TEAM_ID, systemActor } from "./actor";

export type SignInMethod = "password" | "link" | "oidc";

type Person = { id: string; email: string; teamId: string };

const asActor = (person: Person) => ({ type: "user" as const, id: person.id, name: person.email });

/**
 * Writes a sign-in, a refused one or a sign-out to the audit log. These change no thing, so there is no revision and
 * no `command()`. Who is refused is nobody we know, so the sign-in itself is the actor; a refused one of an account that does not exist says only that: what was typed as an e-mail may be
 * a password.
 */
async function record(
  action: string,
  person: Person | null,
  actor: Pick<Actor, "type" | "id" | "name">,
  after: Record<string, string | null>,
): Promise<void> {
  await db().auditEvent.create({
    data: {
      teamId: person?.teamId ?? DEFAULT_TEAM_ID,
      actorType: actor.type,
      actorId: actor.id,
      actorName: actor.name,
      action,
      resourceType: "user",
      resourceId: person?.id ?? "unknown",
      resourceName: person?.email ?? "an unknown account",
      after,
    },
  });
}

/** Records that someone signed in, and when they last did. */
export async function recordSignIn(person: Person, method: SignInMethod, address: string | null, now: Date) {
  await db().user.update({ where: { id: person.id }, data: { lastSignInAt: now } });
  await record("session:sign_in", person, asActor(person), { method, address });
}

/** Records a refused sign-in with its reason; never the password or the token. */
export const recordRefusedSignIn = (
  person: Person | null,
  method: SignInMethod,
  reason: string,
  address: string | null,
) => record("session:sign_in_refused", person, systemActor("sign-in"), { method, reason, address });

/** Records that someone signed out. */
export const recordSignOut = (person: Person) => record("session:sign_out", person, asActor(person), {});
