import { Answer, route } from "@/lib/api/route";
import { createUser } from "@/lib/users/commands";
import { exampleLink, exampleUser } from "@/lib/users/examples";
import { listUsers, readUser } from "@/lib/users/queries";
import { createdUserSchema, createUserSchema, userListQuerySchema, userListSchema } from "@/lib/users/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/users",
  tag: "Users",
  summary: "The people who may sign in, by e-mail",
  access: "users:read",
  query: userListQuerySchema,
  response: userListSchema,
  example: { response: { items: [exampleUser], nextCursor: null, total: 1 } },
  handler: ({ actor, query, now }) => listUsers(actor, query, now),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/users",
  tag: "Users",
  summary: "Make a user, and a link on which that person sets a password",
  description: "The link works once, within three days. Hand it over yourself: the console sends no mail.",
  access: "users:write",
  body: createUserSchema,
  response: createdUserSchema,
  status: 201,
  errors: ["conflict"],
  idempotent: false,
  example: {
    body: { email: "grace@example.com", name: "Grace", role: "operator" },
    response: { user: exampleUser, link: exampleLink },
  },
  handler: async ({ actor, body, now, requestId }) => {
    const { id, link } = await createUser(actor, { ...body, now }, { requestId });
    const user = await readUser(actor, id, now);
    return new Answer({ user, link }, { headers: { location: `/api/v1/users/${id}` } });
  },
});
