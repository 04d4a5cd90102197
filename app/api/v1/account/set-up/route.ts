import { Answer, route } from "@/lib/api/route";
import { requireOwnHost } from "@/lib/auth/own-host";
import { listensOnLoopback } from "@/lib/config";
import { setUp } from "@/lib/users/commands";
import { accountEmailSchema, setUpSchema } from "@/lib/users/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/account/set-up",
  tag: "Account",
  summary: "Make the first administrator",
  description:
    "Works while there is no administrator. On this machine it needs no token; elsewhere the one that the start printed.",
  access: { public: "nobody can sign in before it; off loopback it needs the token that the start printed" },
  body: setUpSchema,
  response: accountEmailSchema,
  status: 201,
  errors: ["conflict"],
  example: {
    body: { email: "ada@example.com", name: "Ada", password: "a long password", token: "ist_…" },
    response: { email: "ada@example.com" },
  },
  handler: async ({ body, request, now, requestId }) => {
    if (listensOnLoopback()) requireOwnHost(request);
    return new Answer(await setUp({ ...body, now }, { requestId }));
  },
});
