import { Answer, route } from "@/lib/api/route";
import { sessionCookie } from "@/lib/auth/session";
import { endOwnSessions } from "@/lib/users/commands";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/account/sessions",
  tag: "Account",
  summary: "End your other sessions",
  description: "The session that asks gets a new cookie; all others have to sign in again.",
  access: "account:write",
  example: {
    headers: {
      "Set-Cookie":
        "inferscope-3000-session=eyJhbGciOiJkaXIi; Path=/; Expires=Fri, 03 Apr 2026 14:00:00 GMT; HttpOnly; SameSite=Lax",
    },
  },
  handler: async ({ actor, now, requestId }) => {
    const user = await endOwnSessions(actor, {}, { requestId });
    return new Answer(undefined, { headers: { "set-cookie": await sessionCookie(user, now) } });
  },
});
