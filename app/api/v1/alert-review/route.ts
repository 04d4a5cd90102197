import { z } from "zod";
import { exampleReview } from "@/lib/alerts/example";
import { alertReview } from "@/lib/alerts/review/queries";
import { reviewSchema } from "@/lib/alerts/review/schema";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-review",
  tag: "Alerts",
  summary: "Review how alerts were handled",
  description:
    "Mean times to acknowledge and to resolve, from firing on; the noisiest rules, those that never fired, and those that fired with nobody acting on them.",
  access: "alerts:read",
  query: z.object({ days: z.coerce.number().int().min(1).max(366).default(7) }),
  response: reviewSchema,
  example: { query: { days: 7 }, response: exampleReview },
  handler: ({ actor, query, now }) => alertReview(actor, query.days, now),
});
