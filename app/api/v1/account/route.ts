import { route } from "@/lib/api/route";
import { changeAccount } from "@/lib/users/commands";
import { exampleAccount } from "@/lib/users/examples";
import { readAccount } from "@/lib/users/queries";
import { accountSchema, changeAccountSchema } from "@/lib/users/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/account",
  tag: "Account",
  summary: "The signed-in person",
  access: "account:read",
  response: accountSchema,
  example: { response: exampleAccount },
  handler: ({ actor }) => readAccount(actor),
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/account",
  tag: "Account",
  summary: "Change your name",
  access: "account:write",
  body: changeAccountSchema,
  response: accountSchema,
  example: { body: { name: "Ada Lovelace" }, response: exampleAccount },
  handler: async ({ actor, body, requestId }) => {
    await changeAccount(actor, body, { requestId });
    return readAccount(actor);
  },
});
