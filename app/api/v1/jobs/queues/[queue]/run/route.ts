import { z } from "zod";
import { Answer, route } from "@/lib/api/route";
import { runQueue } from "@/lib/jobs/commands";
import { exampleJob, exampleQueue } from "@/lib/jobs/example";
import { jobSchema } from "@/lib/jobs/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/jobs/queues/{queue}/run",
  tag: "Jobs",
  summary: "Run a scheduled queue now",
  description: "Answers with the job; 204 when one is waiting already.",
  access: "jobs:write",
  params: z.object({ queue: z.string().max(200) }),
  response: jobSchema,
  example: {
    params: { queue: exampleQueue.name },
    response: {
      ...exampleJob,
      state: "created",
      tries: 0,
      startedAt: null,
      finishedAt: null,
      error: null,
      actions: [],
    },
  },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, requestId }) => {
    const job = await runQueue(actor, params.queue, { requestId });
    return job ?? new Answer(undefined, { status: 204 });
  },
});
