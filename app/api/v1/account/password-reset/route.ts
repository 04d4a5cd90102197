import { route } from "@/lib/api/route";
import { resetPassword } from "@/lib/users/commands";
import { accountEmailSchema, resetPasswordSchema } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/account/password-reset",
  tag: "Account",
  summary: "Set a password by the token of a link",
  description: "Spends the link and ends the account's sessions.",
  access: { public: "carries the token of a one-time link" },
  body: resetPasswordSchema,
  response: accountEmailSchema,
  example: { body: { token: "ist_…", password: "a long password" }, response: { email: "ada@example.com" } },
  handler: ({ body, now, requestId }) => resetPassword({ ...body, now }, { requestId }),
});
