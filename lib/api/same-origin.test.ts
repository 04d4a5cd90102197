import { describe, expect, it } from "vitest";
import { requireSameOrigin } from "./same-origin";

const PUBLIC = "https://inferscope.example.com";
const request = (headers: Record<string, string>) =>
  new Request("http://10.0.0.7:3000/api/v1/sources", { method: "POST", headers });

describe("requireSameOrigin", () => {
  it.each([
    [
      "a page of ours",
      { host: "localhost:3000", origin: "http://localhost:3000", "sec-fetch-site": "same-origin" },
    ],
    [
      "a page of ours behind a proxy that rewrites the host",
      { host: "10.0.0.7:3000", origin: PUBLIC, "sec-fetch-site": "same-origin" },
    ],
    ["a browser without Sec-Fetch-Site", { host: "localhost:3000", origin: "http://localhost:3000" }],
    ["a tool that is no browser", { host: "localhost:3000" }],
  ])("lets %s through", (_who, headers) => {
    expect(() => requireSameOrigin(request(headers), PUBLIC)).not.toThrow();
  });

  it.each([
    [
      "another site",
      { host: "localhost:3000", origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    ],
    [
      "a neighbour on the same site",
      { host: "console.example.com", origin: "https://blog.example.com", "sec-fetch-site": "same-site" },
    ],
    [
      "another port of the same machine",
      { host: "localhost:3000", origin: "http://localhost:4000", "sec-fetch-site": "same-site" },
    ],
    ["another site in an older browser", { host: "localhost:3000", origin: "https://evil.example" }],
    [
      "a page without an origin of its own",
      { host: "localhost:3000", origin: "null", "sec-fetch-site": "cross-site" },
    ],
  ])("refuses %s", (_who, headers) => {
    expect(() => requireSameOrigin(request(headers), PUBLIC)).toThrow(
      expect.objectContaining({ code: "forbidden" }),
    );
  });
});
