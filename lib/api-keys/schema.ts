import { z } from "zod";
import { listOf, listQuery } from "@/lib/api/list";
import { actions } from "@/lib/auth/permissions";
import { roleSchema } from "@/lib/auth/schema";

/** What a key may be limited to: a resource ("signals") or one action on it ("sources:read"). */
export const scopes = [
  ...new Set(Object.keys(actions).flatMap((action) => [action.split(":")[0]!, action])),
].sort();

const scopeSchema = z
  .string()
  .refine((scope) => scopes.includes(scope), { error: `one of ${scopes.join(", ")}` });

export const apiKeyStates = ["active", "expired", "revoked", "resting"] as const;
export type ApiKeyState = (typeof apiKeyStates)[number];

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string().describe("The first characters of the key, to tell keys apart."),
  role: roleSchema.describe("A key may no more than the one who made it may now, whatever its role."),
  scopes: z.array(z.string()).describe("What it is limited to; empty for all that its role may."),
  state: z.enum(apiKeyStates).describe("`resting`: the account that made it is disabled."),
  createdBy: z
    .object({ id: z.string(), email: z.string() })
    .nullable()
    .describe("Null for the key of the environment."),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe("To the minute."),
  actions: z.array(z.enum(["revoke"])),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const apiKeyListSchema = listOf(apiKeySchema);
export type ApiKeyList = z.infer<typeof apiKeyListSchema>;
export const apiKeyListQuerySchema = listQuery;

export const apiKeyParamsSchema = z.object({ apiKey: z.string().min(1).max(100).describe("The key's id.") });

export const createApiKeySchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, { error: "a name that says what uses the key" })
    .max(100, { error: "at most 100 characters" }),
  role: roleSchema,
  scopes: z.array(scopeSchema).max(50).default([]),
  expiresAt: z.iso
    .datetime({ offset: true, error: "a time such as 2030-01-31T00:00:00Z, or null for never" })
    .nullable()
    .describe("Null for a key that does not expire."),
});
export type CreateApiKey = z.input<typeof createApiKeySchema>;

/** A key that was made, with its secret. */
export const createdApiKeySchema = z.object({
  apiKey: apiKeySchema,
  secret: z.string().describe("Send it as `Authorization: Bearer …`. Shown only in this answer."),
});
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;
