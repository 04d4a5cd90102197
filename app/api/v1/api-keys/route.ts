import { Answer, route } from "@/lib/api/route";
import { createApiKey } from "@/lib/api-keys/commands";
import { exampleApiKey } from "@/lib/api-keys/examples";
import { listApiKeys } from "@/lib/api-keys/queries";
import {
  apiKeyListQuerySchema,
  apiKeyListSchema,
  createApiKeySchema,
  createdApiKeySchema,
} from "@/lib/api-keys/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/api-keys",
  tag: "API keys",
  summary: "API keys, newest first",
  description: "Administrators see all keys of the team, operators their own.",
  access: "api_keys:read",
  query: apiKeyListQuerySchema,
  response: apiKeyListSchema,
  example: { response: { items: [exampleApiKey], nextCursor: null } },
  handler: ({ actor, query, now }) => listApiKeys(actor, query, now),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/api-keys",
  tag: "API keys",
  summary: "Make an API key",
  description:
    "The secret is in this answer and nowhere else. A key may not do more than the one who makes it.",
  access: "api_keys:write",
  body: createApiKeySchema,
  response: createdApiKeySchema,
  status: 201,
  idempotent: false,
  example: {
    body: { name: "deployment pipeline", role: "viewer", scopes: ["signals", "services"], expiresAt: null },
    response: { apiKey: exampleApiKey, secret: "isk_…" },
  },
  handler: async ({ actor, body, now, requestId }) => {
    const made = await createApiKey(actor, { ...body, now }, { requestId });
    return new Answer(made, { headers: { location: `/api/v1/api-keys/${made.apiKey.id}` } });
  },
});
