import { listOf } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleLoop } from "@/lib/jobs/example";
import { listLoops } from "@/lib/jobs/queries";
import { loopSchema } from "@/lib/jobs/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/jobs/loops",
  tag: "Jobs",
  summary: "List loops",
  description: "What comes round on the second, in one worker at a time, with how it last went.",
  access: "jobs:read",
  response: listOf(loopSchema),
  example: { response: { items: [exampleLoop], nextCursor: null } },
  handler: async ({ now }) => ({ items: await listLoops(now), nextCursor: null }),
});
