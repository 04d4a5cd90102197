import { openApiDocument } from "@/lib/api/openapi";
import { route } from "@/lib/api/route";
import { publicUrl } from "@/lib/config";
import { definitions } from "./definitions";

export const GET = route({
  method: "GET",
  path: "/api/v1/openapi.json",
  tag: "API",
  summary: "This document",
  access: "openapi:read",
  responseType: "application/json",
  handler: async () => Response.json(openApiDocument(definitions, publicUrl())),
});
