import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleJob } from "@/lib/jobs/example";
import { listJobs } from "@/lib/jobs/queries";
import { jobFilterSchema, jobSchema } from "@/lib/jobs/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/jobs",
  tag: "Jobs",
  summary: "List jobs",
  description: "Newest first. Finished jobs are kept for a day, failed ones for 14 days.",
  access: "jobs:read",
  query: listQuery.extend(jobFilterSchema.shape),
  response: listOf(jobSchema),
  example: { query: { state: "failed" }, response: { items: [exampleJob], nextCursor: null } },
  handler: ({ query }) => listJobs(query, query),
});
