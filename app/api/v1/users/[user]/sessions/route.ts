import { route } from "@/lib/api/route";
import { endSessions } from "@/lib/users/commands";
import { exampleUser } from "@/lib/users/examples";
import { userParamsSchema } from "@/lib/users/schema";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/users/{user}/sessions",
  tag: "Users",
  summary: "Sign a user out everywhere",
  access: "users:write",
  params: userParamsSchema,
  errors: ["not_found"],
  example: { params: { user: exampleUser.id } },
  handler: async ({ actor, params, requestId }) => {
    await endSessions(actor, { id: params.user }, { requestId });
    return undefined;
  },
});
