import { z } from "zod";
import { route } from "@/lib/api/route";
import { testStoredSource } from "@/lib/sources/check";
import { exampleSource } from "@/lib/sources/example";
import { sourceTestResultSchema } from "@/lib/sources/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/sources/{source}/test",
  tag: "Data sources",
  summary: "Test a data source",
  description:
    "Asks the source, as it is stored, what it is, and says what is wrong, in words. Nothing is changed.",
  access: "sources:write",
  params: z.object({ source: z.uuid({ error: "A source's id" }) }),
  response: sourceTestResultSchema,
  example: {
    params: { source: exampleSource.id },
    response: { reachable: true, problem: null, upstream: null, found: "Prometheus 3.5.0" },
  },
  errors: ["not_found", "conflict"],
  idempotent: false,
  handler: ({ actor, params, signal }) => testStoredSource(actor, params.source, signal),
});
