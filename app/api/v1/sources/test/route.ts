import { route } from "@/lib/api/route";
import { testSource } from "@/lib/sources/check";
import { sourceTestResultSchema, sourceTestSchema } from "@/lib/sources/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/sources/test",
  tag: "Data sources",
  summary: "Test a connection",
  description:
    "Asks the server at the given address and says what is wrong, in words. Nothing is stored. Credentials that are left out are taken from `sourceId` when scheme, host and port are its own.",
  access: "sources:write",
  body: sourceTestSchema,
  response: sourceTestResultSchema,
  example: {
    body: { kind: "prometheus", url: "http://prometheus:9090" },
    response: {
      reachable: false,
      problem: "Nothing listens at http://prometheus:9090. Check the port, and that Prometheus runs.",
      upstream: null,
      found: null,
    },
  },
  errors: ["not_found"],
  idempotent: false,
  handler: ({ actor, body, signal }) => testSource(actor, body, signal),
});
