import { listOf } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleQueue } from "@/lib/jobs/example";
import { listQueues } from "@/lib/jobs/queries";
import { queueSchema } from "@/lib/jobs/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/jobs/queues",
  tag: "Jobs",
  summary: "List queues",
  description: "Each with its schedule and its counts, all on one page.",
  access: "jobs:read",
  response: listOf(queueSchema),
  example: { response: { items: [exampleQueue], nextCursor: null } },
  handler: async () => ({ items: await listQueues(), nextCursor: null }),
});
