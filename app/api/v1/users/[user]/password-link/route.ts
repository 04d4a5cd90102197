import { route } from "@/lib/api/route";
import { oneTimeLinkSchema } from "@/lib/auth/schema";
import { makePasswordLink } from "@/lib/users/commands";
import { exampleLink, exampleUser } from "@/lib/users/examples";
import { userParamsSchema } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/users/{user}/password-link",
  tag: "Users",
  summary: "Make a link on which a user sets a new password",
  description:
    "Works once, within an hour (three days for someone who never had a password); earlier links of the user stop working.",
  access: "users:write",
  params: userParamsSchema,
  response: oneTimeLinkSchema,
  status: 201,
  errors: ["not_found", "precondition_failed"],
  idempotent: false,
  example: { params: { user: exampleUser.id }, response: exampleLink },
  handler: ({ actor, params, now, requestId }) =>
    makePasswordLink(actor, { id: params.user, now }, { requestId }),
});
