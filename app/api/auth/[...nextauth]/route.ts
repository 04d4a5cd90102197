import { randomUUID } from "node:crypto";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { readBody } from "@/lib/api/body";
import { takesMethods } from "@/lib/api/methods";
import { problemResponse } from "@/lib/api/problem-response";
import { requireSameOrigin } from "@/lib/api/same-origin";
import { watchPeerAddresses } from "@/lib/auth/client-address";
import { authOptions } from "@/lib/auth/next-auth";
import { oidcScopes } from "@/lib/auth/oidc-scopes";
import { config, publicUrl } from "@/lib/config";
import { problem } from "@/lib/errors";

/** The library's other actions are pages of its own, a log that anyone may write to, and a way to prolong a session. */
const actions: Record<string, readonly string[]> = {
  GET: ["csrf", "callback", "signin", "error"],
  POST: ["signin", "callback", "signout"],
};

/** Forms of the sign-in are a few hundred bytes. */
const MAX_BODY_BYTES = 16_384;

watchPeerAddresses();
takesMethods("/api/auth/{...step}", ["GET", "POST"]);

type Context = { params: Promise<{ nextauth: string[] }> };

async function handle(request: NextRequest, context: Context): Promise<Response> {
  try {
    const [action = ""] = (await context.params).nextauth;
    if (!actions[request.method]?.includes(action))
      throw problem("not_found", "The sign-in has no such step.");
    let bounded = request;
    if (request.method === "POST") {
      requireSameOrigin(request, new URL(publicUrl()).origin);
      const body = await readBody(request, MAX_BODY_BYTES);
      bounded = new NextRequest(request.url, {
        method: "POST",
        headers: request.headers,
        body: Buffer.from(body),
      });
    }
    const { OIDC_ISSUER } = config();
    const scope = OIDC_ISSUER === undefined ? "openid" : await oidcScopes(OIDC_ISSUER, new Date());
    const failures: unknown[] = [];
    const response = await NextAuth(
      bounded,
      context,
      authOptions(request.headers, scope, (error) => failures.push(error)),
    );
    if (failures.length > 0) throw failures[0];
    return response;
  } catch (error) {
    return problemResponse(error, randomUUID(), request.nextUrl.pathname);
  }
}

export { handle as GET, handle as POST };
