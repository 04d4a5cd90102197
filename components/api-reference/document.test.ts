import { describe, expect, it } from "vitest";
import { curlOf, limitWords, membersOf, type OpenApiDocument, operationsOf, typeWords } from "./document";

const document: OpenApiDocument = {
  info: { title: "t", version: "1" },
  paths: {
    "/api/v1/things/{thing}": {
      delete: { tags: ["Things"], responses: { 204: { description: "As asked." } } },
      get: {
        tags: ["Things"],
        summary: "Read a thing",
        security: [{ apiKey: [] }],
        parameters: [
          { name: "thing", in: "path", required: true, example: "a/b" },
          { name: "at", in: "query", example: "2026-03-04T14:00:00Z" },
          { name: "quantile", in: "query", example: [0.5, 0.99] },
          { name: "unused", in: "query" },
        ],
        responses: {
          200: { description: "As asked.", content: { "application/json": { schema: { type: "object" } } } },
          404: { description: "`not_found`: There is no such thing; `gone`: It was" },
        },
      },
    },
    "/api/v1/things": {
      post: {
        tags: ["Things"],
        requestBody: { content: { "application/json": { example: { name: "it's" } } } },
        responses: { 201: { description: "As asked." } },
      },
    },
  },
};
const [add, read, remove] = operationsOf(document);

describe("operations", () => {
  it("stand by path and method, each with an anchor", () => {
    expect(operationsOf(document).map(({ id }) => id)).toEqual([
      "post-things",
      "get-things-thing",
      "delete-things-thing",
    ]);
    expect(remove!.method).toBe("DELETE");
  });

  it("know their errors by code", () => {
    expect(read!.errors).toEqual([
      {
        status: "404",
        codes: [
          { code: "not_found", title: "There is no such thing" },
          { code: "gone", title: "It was" },
        ],
      },
    ]);
  });
});

describe("the curl command", () => {
  it("holds the examples of path and query, and the key from the environment", () => {
    expect(curlOf(read!, "http://localhost:3000")).toBe(
      `curl 'http://localhost:3000/api/v1/things/a%2Fb?at=2026-03-04T14:00:00Z&quantile=0.5&quantile=0.99' \\\n  -H "Authorization: Bearer $INFERSCOPE_API_KEY"`,
    );
  });

  it("quotes a body for the shell", () => {
    expect(curlOf(add!, "http://localhost:3000")).toBe(
      `curl -X POST 'http://localhost:3000/api/v1/things' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\n  "name": "it'\\''s"\n}'`,
    );
  });

  it("leaves a parameter without an example as it is", () => {
    expect(curlOf(remove!, "http://localhost:3000")).toContain("things/{thing}'");
  });
});

describe("schemas in words", () => {
  it.each([
    [{ type: "string", format: "uuid" }, "string (uuid)"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ type: "string", enum: ["a", "b"] }, '"a" | "b"'],
    [{ type: ["string", "null"], enum: ["a"] }, '"a" | null'],
    [{ type: "array", items: { type: "object", properties: {} } }, "list of object"],
    [{ type: "object", additionalProperties: { type: "number" } }, "map of number"],
    [{ oneOf: [{ type: "number" }, { type: "null" }] }, "number | null"],
    [undefined, "anything"],
  ])("%j is %s", (schema, words) => {
    expect(typeWords(schema)).toBe(words);
  });

  it("name limits and defaults, and not the bounds of every integer", () => {
    expect(limitWords({ type: "integer", minimum: 1, maximum: 200, default: 50 })).toEqual([
      "1 to 200",
      "default 50",
    ]);
    expect(limitWords({ type: "string", maxLength: 500 })).toEqual(["at most 500 characters"]);
    expect(limitWords({ type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 })).toEqual(
      [],
    );
  });

  it("enter objects, lists and options", () => {
    const item = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const members = [[{ name: "a", schema: { type: "string" }, required: true }]];
    expect(membersOf({ type: "array", items: item })).toEqual(members);
    expect(membersOf({ oneOf: [item, { type: "null" }] })).toEqual(members);
    expect(membersOf({ type: "string" })).toEqual([]);
  });
});
