import { route } from "@/lib/api/route";
import { changeUser } from "@/lib/users/commands";
import { exampleUser } from "@/lib/users/examples";
import { readUser } from "@/lib/users/queries";
import { changeUserSchema, userParamsSchema, userSchema } from "@/lib/users/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/users/{user}",
  tag: "Users",
  summary: "One user",
  access: "users:read",
  params: userParamsSchema,
  response: userSchema,
  errors: ["not_found"],
  example: { params: { user: exampleUser.id }, response: exampleUser },
  handler: ({ actor, params, now }) => readUser(actor, params.user, now),
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/users/{user}",
  tag: "Users",
  summary: "Change a user's name or role, or disable the account",
  description:
    "Disabling ends the person's sessions and lets their API keys rest until the account is enabled again. The last administrator keeps the role.",
  access: "users:write",
  params: userParamsSchema,
  body: changeUserSchema,
  response: userSchema,
  errors: ["not_found", "precondition_failed"],
  example: {
    params: { user: exampleUser.id },
    body: { role: "operator" },
    response: exampleUser,
  },
  handler: async ({ actor, params, body, now, requestId }) => {
    await changeUser(actor, { id: params.user, change: body, now }, { requestId });
    return readUser(actor, params.user, now);
  },
});
