import { Answer, route } from "@/lib/api/route";
import { examplePolicy, exampleTree } from "@/lib/notifications/example";
import { putPolicy } from "@/lib/notifications/policies/commands";
import { getPolicy } from "@/lib/notifications/queries";
import { policySchema, policyTreeSchema } from "@/lib/notifications/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/notification-policy",
  tag: "Notifications",
  summary: "Get the notification policy",
  description:
    "Who is told of what: a tree of routes with Alertmanager's semantics. An alert takes the first route that matches, and the deepest below it; with `continue` those after it as well.",
  access: "notifications:read",
  response: policySchema,
  example: { response: examplePolicy },
  handler: async ({ actor }) => {
    const policy = await getPolicy(actor);
    return new Answer(policy, { etag: policy.version });
  },
});

export const PUT = route({
  method: "PUT",
  path: "/api/v1/notification-policy",
  tag: "Notifications",
  summary: "Replace the notification policy",
  description:
    'What fires goes to the groups of the new policy, and is told there. Send If-Match with the version that was read, `"0"` for none.',
  access: "notifications:write",
  body: policyTreeSchema,
  response: policySchema,
  example: { body: exampleTree, response: examplePolicy },
  ifMatch: "required",
  handler: async ({ actor, body, ifMatch, requestId, now }) => {
    const policy = await putPolicy(actor, { ifMatch: ifMatch!, tree: body, now }, { requestId });
    return new Answer(policy, { etag: policy.version });
  },
});
