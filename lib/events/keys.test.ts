import { expect, it } from "vitest";
import { staleKeys } from "./keys";

it.each([
  ["source", "sources"],
  ["service", "services"],
  ["api_key", "api-keys"],
  ["policy", "policies"],
])("a change of a %s makes %s and the audit log stale", (type, key) => {
  expect(staleKeys({ type, id: "1" })).toEqual([key, "audit-events"]);
});
