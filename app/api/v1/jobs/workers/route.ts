import { listOf } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleWorker } from "@/lib/jobs/example";
import { listWorkers } from "@/lib/jobs/queries";
import { workerSchema } from "@/lib/jobs/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/jobs/workers",
  tag: "Jobs",
  summary: "List workers",
  description: "Those that are alive, and those that died without a word in the last day.",
  access: "jobs:read",
  response: listOf(workerSchema),
  example: { response: { items: [exampleWorker], nextCursor: null } },
  handler: async ({ now }) => ({ items: await listWorkers(now), nextCursor: null }),
});
