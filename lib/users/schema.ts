import { z } from "zod";
import { listOf, listQuery } from "@/lib/api/list";
import {
  emailSchema,
  givenPasswordSchema,
  newPasswordSchema,
  oneTimeLinkSchema,
  oneTimeSecretSchema,
  personNameSchema,
  roleSchema,
} from "@/lib/auth/schema";

/** What can be done to a user now; buttons are drawn from it. */
export const userActions = [
  "change_role",
  "disable",
  "enable",
  "end_sessions",
  "make_password_link",
] as const;
export type UserAction = (typeof userActions)[number];

export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: roleSchema,
  signsInWith: z
    .array(z.enum(["password", "single_sign_on"]))
    .describe("Empty until an invited person sets a password."),
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
  disabledAt: z.iso.datetime().nullable(),
  isYou: z.boolean().describe("Whether it is the account of the one who asks."),
  apiKeyCount: z
    .number()
    .int()
    .describe("Keys this person made that still work; they rest while the account is disabled."),
  actions: z.array(z.enum(userActions)),
  whyNot: z.partialRecord(z.enum(userActions), z.string()).describe("Why an action is not possible now."),
});
export type User = z.infer<typeof userSchema>;

export const userListSchema = listOf(userSchema).extend({ total: z.number().int() });
export type UserList = z.infer<typeof userListSchema>;

export const userListQuerySchema = listQuery.extend({
  search: z.string().trim().max(200).optional().describe("Part of the e-mail or the name."),
});

export const createUserSchema = z.strictObject({
  email: emailSchema,
  name: personNameSchema.nullish(),
  role: roleSchema,
});
export type CreateUser = z.input<typeof createUserSchema>;

/** A user that was made, with the link on which that person sets a password. */
export const createdUserSchema = z.object({ user: userSchema, link: oneTimeLinkSchema });
export type CreatedUser = z.infer<typeof createdUserSchema>;

export const changeUserSchema = z
  .strictObject({
    name: personNameSchema.nullish(),
    role: roleSchema.optional(),
    disabled: z.boolean({ error: "true or false" }).optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: "name, role or disabled",
  });
export type ChangeUser = z.input<typeof changeUserSchema>;

export const userParamsSchema = z.object({ user: z.string().min(1).max(100).describe("The user's id.") });

/** The signed-in person, as the account page shows it. */
export const accountSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: roleSchema,
  signsInWith: userSchema.shape.signsInWith,
  createdAt: z.iso.datetime(),
  lastSignInAt: z.iso.datetime().nullable(),
});
export type Account = z.infer<typeof accountSchema>;

export const personNameOrNull = personNameSchema.nullable();

export const changeAccountSchema = z.strictObject({ name: personNameOrNull });

export const changePasswordSchema = z.strictObject({
  currentPassword: givenPasswordSchema,
  newPassword: newPasswordSchema,
});

export const resetPasswordSchema = z.strictObject({
  token: oneTimeSecretSchema,
  password: newPasswordSchema,
});

export const setUpSchema = z.strictObject({
  email: emailSchema,
  name: personNameSchema.nullish(),
  password: newPasswordSchema,
  token: oneTimeSecretSchema
    .optional()
    .describe("The token that the start printed; not needed on this machine."),
});

/** Who can sign in now, after a set-up or a reset. */
export const accountEmailSchema = z.object({ email: z.string() });
