import { cookies } from "next/headers";
import { route } from "@/lib/api/route";
import { authenticate } from "@/lib/auth/authenticate";
import { can } from "@/lib/auth/permissions";
import { changeEventStream } from "@/lib/events/stream";

export const GET = route({
  method: "GET",
  path: "/api/v1/events",
  tag: "Events",
  summary: "Follow changes",
  description:
    "A stream of server-sent events: `change` with `{type, id}` for each thing that changed, `signed_out` when the session or key ends. Carries no content; read the thing again.",
  access: "services:read",
  responseType: "text/event-stream",
  example: { response: 'event: change\ndata: {"type":"source","id":"019a1c3e-5f2b-7c41-9d0e-3b6a2f8c1d47"}' },
  handler: async ({ request, signal }) => {
    const store = await cookies();
    const authorization = request.headers.get("authorization");
    const body = changeEventStream({
      signal,
      isStillAllowed: async () => {
        const actor = await authenticate(authorization, store, new Date()).catch(
          (error: { code?: string }) => {
            if (error.code === "unauthenticated") return null;
            throw error;
          },
        );
        return actor !== null && can(actor, "services:read");
      },
    });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream",
        // no-transform: a proxy that compresses would hold events back.
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      },
    });
  },
});
