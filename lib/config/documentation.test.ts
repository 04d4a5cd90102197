import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configSchema } from "./schema";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
const documented = new Map(
  [...page.matchAll(/^\| `([A-Z_]+)` \|.*\| (.*) \|$/gm)].map((match) => [match[1]!, match[2]!]),
);

it("lists every variable in docs/configuration.md, and no other", () => {
  expect([...documented.keys()].sort()).toEqual(Object.keys(configSchema.shape).sort());
});

it.each(Object.entries(configSchema.shape))(
  "documents %s with the sentence of the schema",
  (name, schema) => {
    expect(documented.get(name)).toBe(schema.description);
  },
);
