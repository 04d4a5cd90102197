import "server-only";
import { z } from "zod";
import { config, publicUrl } from "@/lib/config";
import { command } from "@/lib/db/command";
import { problem } from "@/lib/errors";
import { lifetimesMs, makeOneTimeToken } from "./one-time-tokens";
import { emailSchema, type OneTimeLink } from "./schema";

export const makeSignInLinkSchema = z.strictObject({
  email: emailSchema
    .optional()
    .describe(
      "Whom the link signs in; the administrator of INFERSCOPE_ADMIN_EMAIL, else the first one, when absent.",
    ),
});

/**
 * Makes a link that signs someone in once, within ten minutes. It equals their password for that time, so only an
 * administrator may. Throws `not_found` without such an account and `precondition_failed` when it is disabled.
 */
export const makeSignInLink = command({
  permission: "sign_in_links:write",
  input: makeSignInLinkSchema.extend({ now: z.date() }),
  run: async (tx, actor, { email, now }) => {
    const byEnvironment = config().INFERSCOPE_ADMIN_EMAIL?.toLowerCase();
    const named = email ?? byEnvironment;
    const user =
      (named === undefined
        ? null
        : await tx.user.findUnique({ where: { email: named, teamId: actor.teamId } })) ??
      (email === undefined
        ? await tx.user.findFirst({
            where: { teamId: actor.teamId, role: "admin", disabledAt: null },
            orderBy: { createdAt: "asc" },
          })
        : null);
    if (user === null) throw problem("not_found", "There is no such account to sign in.");
    if (user.disabledAt !== null)
      throw problem("precondition_failed", `The account ${user.email} is disabled.`);
    const expiresAt = new Date(now.getTime() + lifetimesMs.sign_in);
    const token = await makeOneTimeToken(tx, { kind: "sign_in", userId: user.id, expiresAt });
    const result: OneTimeLink = {
      url: `${publicUrl()}/sign-in/link#token=${token.secret}`,
      expiresAt: expiresAt.toISOString(),
    };
    return {
      result,
      changes: [
        {
          type: "one_time_link",
          id: token.id,
          name: user.email,
          action: "sign_in_links:create",
          before: null,
          after: { kind: "sign_in", userId: user.id, expiresAt: expiresAt.toISOString() },
        },
      ],
    };
  },
});
