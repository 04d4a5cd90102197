import { z } from "zod";
import { exampleTakeover } from "@/lib/alerts/example";
import { unseenTakeovers } from "@/lib/alerts/takeovers/queries";
import { takeoverSchema } from "@/lib/alerts/takeovers/schema";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alerts/takeovers",
  tag: "Alerts",
  summary: "List what others took over from you, or undid",
  description:
    "Acknowledgements of the caller that someone else took over or undid, until the caller has seen it.",
  access: "alerts:read",
  response: z.object({ items: z.array(takeoverSchema) }),
  example: { response: { items: [exampleTakeover] } },
  handler: async ({ actor }) => ({ items: await unseenTakeovers(actor) }),
});
