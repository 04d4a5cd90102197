import { z } from "zod";
import { Answer, route } from "@/lib/api/route";
import { discoverSoon } from "@/lib/services/job";
import { restoreSource } from "@/lib/sources/commands";
import { exampleSource } from "@/lib/sources/example";
import { checkSoon } from "@/lib/sources/job";
import { sourceSchema } from "@/lib/sources/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/sources/{source}/restore",
  tag: "Data sources",
  summary: "Restore a removed data source",
  access: "sources:write",
  params: z.object({ source: z.uuid({ error: "A source's id" }) }),
  response: sourceSchema,
  example: { params: { source: exampleSource.id }, response: { ...exampleSource, version: 5 } },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, requestId }) => {
    const source = await restoreSource(actor, { id: params.source }, { requestId });
    await Promise.all([checkSoon(source.id), discoverSoon(source.id)]);
    return new Answer(source, { etag: source.version });
  },
});
