import { z } from "zod";
import { route } from "@/lib/api/route";
import { retryJob } from "@/lib/jobs/commands";
import { exampleJob } from "@/lib/jobs/example";
import { jobSchema } from "@/lib/jobs/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/jobs/{job}/retry",
  tag: "Jobs",
  summary: "Try a failed job again",
  access: "jobs:write",
  params: z.object({ job: z.uuid({ error: "A job's id" }) }),
  response: jobSchema,
  example: {
    params: { job: exampleJob.id },
    response: { ...exampleJob, state: "retry", triesAllowed: 5, finishedAt: null, actions: [] },
  },
  errors: ["not_found", "conflict"],
  handler: ({ actor, params, requestId }) => retryJob(actor, { id: params.job }, { requestId }),
});
