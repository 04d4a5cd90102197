import { route } from "@/lib/api/route";
import { revokeApiKey } from "@/lib/api-keys/commands";
import { exampleApiKey } from "@/lib/api-keys/examples";
import { readApiKey } from "@/lib/api-keys/queries";
import { apiKeyParamsSchema, apiKeySchema } from "@/lib/api-keys/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/api-keys/{apiKey}",
  tag: "API keys",
  summary: "One API key",
  access: "api_keys:read",
  params: apiKeyParamsSchema,
  response: apiKeySchema,
  errors: ["not_found"],
  example: { params: { apiKey: exampleApiKey.id }, response: exampleApiKey },
  handler: ({ actor, params, now }) => readApiKey(actor, params.apiKey, now),
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/api-keys/{apiKey}",
  tag: "API keys",
  summary: "Revoke an API key",
  description:
    "It stops working at once and for good, and stays in the list. Revoking it again changes nothing.",
  access: "api_keys:write",
  params: apiKeyParamsSchema,
  errors: ["not_found"],
  example: { params: { apiKey: exampleApiKey.id } },
  handler: async ({ actor, params, now, requestId }) => {
    await revokeApiKey(actor, { id: params.apiKey, now }, { requestId });
    return undefined;
  },
});
