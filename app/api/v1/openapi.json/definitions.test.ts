import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "@/lib/api/openapi";
import "@/testing/database";
import { definitions } from "./definitions";

const folder = path.resolve("app/api/v1");
const declared = readdirRoutes();

function readdirRoutes(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts")
    .filter((file) => !file.startsWith("openapi.json"))
    .flatMap((file) =>
      [
        ...readFileSync(path.join(folder, file), "utf8").matchAll(
          /export const (GET|POST|PUT|PATCH|DELETE)\b/g,
        ),
      ].map(
        ([, method]) =>
          `${method} /api/v1/${path
            .dirname(file)
            .replaceAll(path.sep, "/")
            .replace(/\[(?:\.\.\.)?([^\]]+)\]/g, "{$1}")}`,
      ),
    )
    .sort();
}

describe("the OpenAPI document", () => {
  it("has every endpoint in the folder, at its own address", () => {
    expect(definitions.map(({ method, path: at }) => `${method} ${at}`).sort()).toEqual(declared);
  });

  it.each(definitions.map((definition) => [`${definition.method} ${definition.path}`, definition] as const))(
    "%s has a summary, and an example where it takes or gives JSON",
    (_name, { summary, body, response, example }) => {
      expect(summary.length).toBeGreaterThan(5);
      if (body !== undefined)
        expect(body.safeParse(example.body), "the example of the body").toMatchObject({ success: true });
      if (response !== undefined)
        expect(response.safeParse(example.response), "the example of the answer").toMatchObject({
          success: true,
        });
    },
  );

  it("shows the cookie that comes with the end of other sessions", () => {
    const { paths } = openApiDocument(definitions, "http://localhost:3000") as {
      paths: Record<string, { delete: { responses: Record<string, { headers?: object }> } }>;
    };
    expect(paths["/api/v1/account/sessions"]?.delete.responses["204"]?.headers).toMatchObject({
      "Set-Cookie": { example: expect.stringContaining("Path=/") },
    });
  });

  it("is a document that names each of them", () => {
    const document = openApiDocument(definitions, "http://localhost:3000") as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    expect(document.openapi).toBe("3.1.0");
    const listed = Object.entries(document.paths).flatMap(([at, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${at}`),
    );
    expect(listed.sort()).toEqual(declared);
  });
});
