import { describe, expect, it } from "vitest";
import { allowedRoute } from "./read-paths";

describe("allowedRoute", () => {
  it.each([
    ["prometheus", "POST", "/api/v1/query_range", "/api/v1/query_range"],
    ["prometheus", "GET", "/api/v1/label/model_name/values", "/api/v1/label/{name}/values"],
    ["jaeger", "GET", "/api/traces/0123abcd", "/api/traces/{id}"],
    ["jaeger", "GET", "/api/v3/trace-summaries", "/api/v3/trace-summaries"],
    ["alertmanager", "GET", "/api/v2/alerts", "/api/v2/alerts"],
  ] as const)("%s: %s %s", (kind, method, path, route) => {
    expect(allowedRoute(kind, method, path)).toBe(route);
  });

  it.each([
    ["prometheus", "POST", "/api/v1/admin/tsdb/delete_series"],
    ["prometheus", "POST", "/-/reload"],
    ["prometheus", "GET", "/-/ready"],
    ["prometheus", "POST", "/-/quit"],
    ["prometheus", "POST", "/api/v1/write"],
    ["prometheus", "GET", "/api/v1/status/config"],
    ["prometheus", "GET", "/federate"],
    ["prometheus", "POST", "/api/v1/label/x/values"],
    ["prometheus", "GET", "/api/v1/label/a/b/values"],
    ["prometheus", "GET", "/api/v1/query?x=/api/v1/query"],
    ["prometheus", "GET", "/api/v1/query/"],
    ["prometheus", "GET", "/api/traces"],
    ["jaeger", "POST", "/api/archive/0123abcd"],
    ["jaeger", "POST", "/api/transform"],
    ["alertmanager", "POST", "/api/v2/silences"],
    ["alertmanager", "GET", "/-/reload"],
    ["alertmanager", "GET", ""],
  ] as const)("%s: not %s %s", (kind, method, path) => {
    expect(allowedRoute(kind, method, path)).toBeNull();
  });
});
