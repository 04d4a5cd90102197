import { listOf } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";
import { discoverSoon } from "@/lib/services/job";
import { addSource } from "@/lib/sources/commands";
import { exampleSource } from "@/lib/sources/example";
import { checkSoon } from "@/lib/sources/job";
import { listSources } from "@/lib/sources/queries";
import { sourceFilterSchema, sourceInputSchema, sourceSchema } from "@/lib/sources/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/sources",
  tag: "Data sources",
  summary: "List data sources",
  description: "All of them on one page, by name.",
  access: "sources:read",
  query: sourceFilterSchema,
  response: listOf(sourceSchema),
  example: { response: { items: [exampleSource], nextCursor: null } },
  handler: async ({ actor, query }) => ({ items: await listSources(actor, query), nextCursor: null }),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/sources",
  tag: "Data sources",
  summary: "Add a data source",
  description:
    "Credentials and header values are sealed and never sent back. Use `POST /api/v1/sources/test` first to see whether it answers.",
  access: "sources:write",
  body: sourceInputSchema,
  response: sourceSchema,
  status: 201,
  example: {
    body: {
      kind: "prometheus",
      name: "prod-eu",
      url: "https://metrics.example.com/prometheus",
      authentication: { type: "bearer", token: "<token>" },
      headers: [{ name: "X-Scope-OrgID", value: "team-llm" }],
    },
    response: exampleSource,
  },
  handler: async ({ actor, body, requestId }) => {
    const source = await addSource(actor, body, { requestId });
    await Promise.all([checkSoon(source.id), discoverSoon(source.id)]);
    return new Answer(source, {
      status: 201,
      etag: source.version,
      headers: { location: `/api/v1/sources/${source.id}` },
    });
  },
});
