import { route } from "@/lib/api/route";
import { oneTimeLinkSchema } from "@/lib/auth/schema";
import { makeSignInLink, makeSignInLinkSchema } from "@/lib/auth/sign-in-links";

export const POST = route({
  method: "POST",
  path: "/api/v1/sign-in-links",
  tag: "Account",
  summary: "Make a link that signs someone in",
  description: "Works once, within ten minutes, and for that time equals a password: hand it to nobody else.",
  access: "sign_in_links:write",
  body: makeSignInLinkSchema,
  response: oneTimeLinkSchema,
  status: 201,
  errors: ["not_found", "precondition_failed"],
  idempotent: false,
  example: {
    body: { email: "ada@example.com" },
    response: {
      url: "https://inferscope.example.com/sign-in/link#token=ist_…",
      expiresAt: "2026-03-02T09:40:00.000Z",
    },
  },
  handler: ({ actor, body, now, requestId }) => makeSignInLink(actor, { ...body, now }, { requestId }),
});
