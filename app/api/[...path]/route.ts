import { randomUUID } from "node:crypto";
import { cookies } from "next/headers";
import { problemResponse } from "@/lib/api/problem-response";
import { authenticate } from "@/lib/auth/authenticate";
import { problem } from "@/lib/errors";

/** Answers addresses that no endpoint has, as the rest of the API answers: with a problem document, to those let in. */
async function noSuchEndpoint(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  try {
    const actor = await authenticate(request.headers.get("authorization"), await cookies(), new Date());
    throw actor === null
      ? problem("unauthenticated", "Sign in, or send an API key as `Authorization: Bearer …`.")
      : problem("not_found", "There is no such endpoint. /api/v1/openapi.json lists all of them.");
  } catch (error) {
    return problemResponse(error, randomUUID(), pathname);
  }
}

export {
  noSuchEndpoint as DELETE,
  noSuchEndpoint as GET,
  noSuchEndpoint as PATCH,
  noSuchEndpoint as POST,
  noSuchEndpoint as PUT,
};
