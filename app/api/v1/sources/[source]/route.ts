import { z } from "zod";
import { Answer, route } from "@/lib/api/route";
import { discoverSoon } from "@/lib/services/job";
import { editSource, removeSource } from "@/lib/sources/commands";
import { exampleSource } from "@/lib/sources/example";
import { checkSoon } from "@/lib/sources/job";
import { getSource } from "@/lib/sources/queries";
import { sourcePatchSchema, sourceSchema } from "@/lib/sources/schema";

const params = z.object({ source: z.uuid({ error: "A source's id" }) });
const exampleParams = { source: exampleSource.id };

export const GET = route({
  method: "GET",
  path: "/api/v1/sources/{source}",
  tag: "Data sources",
  summary: "Read a data source",
  description: "Removed ones too. The ETag is its version, for If-Match.",
  access: "sources:read",
  params,
  response: sourceSchema,
  example: { params: exampleParams, response: exampleSource },
  errors: ["not_found"],
  handler: async ({ actor, params }) => {
    const source = await getSource(actor, params.source);
    return new Answer(source, { etag: source.version });
  },
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/sources/{source}",
  tag: "Data sources",
  summary: "Change a data source",
  description:
    "What is left out stays. Stored credentials stay too, unless scheme, host or port of the URL change: then they are forgotten and have to be given again.",
  access: "sources:write",
  params,
  body: sourcePatchSchema,
  response: sourceSchema,
  example: {
    params: exampleParams,
    body: { name: "prod-eu-1" },
    response: { ...exampleSource, name: "prod-eu-1", version: 4 },
  },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, body, ifMatch, requestId }) => {
    const source = await editSource(
      actor,
      { id: params.source, version: ifMatch, patch: body },
      { requestId },
    );
    await Promise.all([checkSoon(source.id), discoverSoon(source.id)]);
    return new Answer(source, { etag: source.version });
  },
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/sources/{source}",
  tag: "Data sources",
  summary: "Remove a data source",
  description: "Nothing is read from it from now on. It keeps its id and can be restored.",
  access: "sources:write",
  params,
  response: sourceSchema,
  example: {
    params: exampleParams,
    response: { ...exampleSource, validTo: "2026-03-04T14:10:00.000Z", version: 4, actions: ["restore"] },
  },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, ifMatch, now, requestId }) => {
    const source = await removeSource(actor, { id: params.source, version: ifMatch, now }, { requestId });
    return new Answer(source, { etag: source.version });
  },
});
