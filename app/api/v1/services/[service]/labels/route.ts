import { z } from "zod";
import { listOf } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { serviceLabels } from "@/lib/services/label-values";
import { serviceLabelSchema } from "@/lib/services/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/labels",
  tag: "Services",
  summary: "List the labels of a service's series",
  description: "With some of what they hold, for the choice of those that carry version, model and replica.",
  access: "services:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  response: listOf(serviceLabelSchema),
  example: {
    params: { service: "chat-api" },
    response: {
      items: [{ label: "version", count: 2, values: ["v1.2.0", "v1.3.0"] }],
      nextCursor: null,
    },
  },
  handler: async ({ actor, params, now, signal }) => ({
    items: await serviceLabels(actor, params.service, { now, signal }),
    nextCursor: null,
  }),
});
