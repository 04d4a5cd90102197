import { Answer, route } from "@/lib/api/route";
import { clientAddress } from "@/lib/auth/client-address";
import { sessionCookie } from "@/lib/auth/session";
import { db } from "@/lib/db/client";
import { changePassword, proveCurrentPassword } from "@/lib/users/commands";
import { changePasswordSchema } from "@/lib/users/schema";

export const PUT = route({
  method: "PUT",
  path: "/api/v1/account/password",
  tag: "Account",
  summary: "Change your password",
  description: "Ends your other sessions; the one that asks gets a new cookie.",
  access: "account:write",
  body: changePasswordSchema,
  status: 204,
  errors: ["conflict", "precondition_failed", "rate_limited"],
  example: { body: { currentPassword: "the old password", newPassword: "a longer new password" } },
  handler: async ({ actor, body, request, now, requestId }) => {
    const provenHash = await proveCurrentPassword(db(), actor, body, clientAddress(request.headers), now);
    const user = await changePassword(
      actor,
      { newPassword: body.newPassword, provenHash, now },
      { requestId },
    );
    return new Answer(undefined, { headers: { "set-cookie": await sessionCookie(user, now) } });
  },
});
