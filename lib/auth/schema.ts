import { z } from "zod";

/** Shorter passwords fall to guessing whatever the hash. Same bound as INFERSCOPE_ADMIN_PASSWORD. */
export const MINIMUM_PASSWORD_LENGTH = 12;

/** Longer than any passphrase; bounds the work of a hash. */
export const MAXIMUM_PASSWORD_LENGTH = 256;

/** A password as someone chooses it. Length is the only rule, as NIST SP 800-63B section 3.1.1.2 advises. */
export const newPasswordSchema = z
  .string()
  .min(MINIMUM_PASSWORD_LENGTH, { error: `at least ${MINIMUM_PASSWORD_LENGTH} characters` })
  .max(MAXIMUM_PASSWORD_LENGTH, { error: `at most ${MAXIMUM_PASSWORD_LENGTH} characters` });

/** A password as someone gives it to prove who they are. */
export const givenPasswordSchema = z
  .string()
  .min(1, { error: "the password" })
  .max(MAXIMUM_PASSWORD_LENGTH, { error: `at most ${MAXIMUM_PASSWORD_LENGTH} characters` });

/** An e-mail address, which becomes lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, { error: "at most 254 characters" })
  .pipe(z.email({ error: "an e-mail address, such as ada@example.com" }));

/** A person's name as shown beside the e-mail. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1, { error: "a name" })
  .max(100, { error: "at most 100 characters" });

export const roles = ["viewer", "operator", "admin"] as const;
export const roleSchema = z.enum(roles, { error: "viewer, operator or admin" });

/** A one-time link that was made: shown once, since only its hash is kept. */
export const oneTimeLinkSchema = z.object({
  url: z.url().describe("Works once, until `expiresAt`. Shown only in this answer."),
  expiresAt: z.iso.datetime(),
});
export type OneTimeLink = z.infer<typeof oneTimeLinkSchema>;

/** The secret of a one-time link, as its page sends it back. */
export const oneTimeSecretSchema = z
  .string({ error: "the token of the link" })
  .min(1, { error: "the token of the link" })
  .max(200, { error: "the token of the link" });
