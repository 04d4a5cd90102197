import { z } from "zod";
import { route } from "@/lib/api/route";
import { chooseLabels } from "@/lib/services/commands";
import { exampleService } from "@/lib/services/example";
import { discoverSoon } from "@/lib/services/job";
import { findService } from "@/lib/services/queries";
import { servicePatchSchema, serviceSchema } from "@/lib/services/schema";

const params = z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") });
const exampleParams = { service: exampleService.id };

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}",
  tag: "Services",
  summary: "Read a service",
  access: "services:read",
  errors: ["not_found"],
  params,
  response: serviceSchema,
  example: { params: exampleParams, response: exampleService },
  handler: ({ actor, params: { service } }) => findService(actor, service),
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/services/{service}",
  tag: "Services",
  summary: "Correct the labels of a service",
  description:
    "Says which labels carry version, model and replica, over what was guessed. An empty text says that no label does, null goes back to the guess. What the labels hold is read again within a moment; for the values until then, ask again.",
  access: "services:write",
  errors: ["not_found"],
  params,
  body: servicePatchSchema,
  response: serviceSchema,
  example: {
    params: exampleParams,
    body: { labels: { version: "release" } },
    response: {
      ...exampleService,
      labels: { ...exampleService.labels, version: "release" },
      labelChoices: { version: "release" },
    },
  },
  handler: async ({ actor, params: { service }, body, requestId }) => {
    const { sourceId } = await chooseLabels(actor, { ...body, name: service }, { requestId });
    await discoverSoon(sourceId);
    return findService(actor, service);
  },
});
