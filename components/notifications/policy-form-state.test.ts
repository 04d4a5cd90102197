import { describe, expect, it } from "vitest";
import { exampleTree } from "@/lib/notifications/example";
import { policyTreeSchema } from "@/lib/notifications/schema";
import { fieldPath, formOf, moved, newRoute, saysTheSame, treeOf } from "./policy-form-state";

const tree = policyTreeSchema.parse({
  ...exampleTree,
  routes: [
    {
      matchers: [
        { name: "severity", value: "critical" },
        { name: "service", value: "chat-.*", isRegex: true },
      ],
      groupWait: 0,
      repeatInterval: 5_400,
      routes: [{ matchers: [], channels: [], continue: true, groupBy: ["..."] }],
    },
  ],
});

describe("the form of a policy", () => {
  it("says what the policy says", () => {
    const form = formOf(tree);
    expect(form.routes[0]).toMatchObject({
      matchers: 'severity="critical", service=~"chat-.*"',
      channels: null,
      groupWait: "0s",
      groupInterval: "",
      repeatInterval: "1h30m",
    });
    const { tree: again, errors } = treeOf(form);
    expect(errors).toEqual([]);
    expect(policyTreeSchema.parse(again)).toEqual(tree);
    expect(saysTheSame(form, formOf(tree))).toBe(true);
    expect(saysTheSame(form, { ...form, routes: [...form.routes, newRoute()] })).toBe(false);
  });

  it("says where it cannot be read", () => {
    const form = formOf(tree);
    form.groupWait = "soon";
    form.routes[0]!.routes[0]!.matchers = 'severity="critical" and';
    expect(treeOf(form).errors).toEqual([
      { path: "groupWait", message: "A duration such as 30s, 5m or 4h" },
      {
        path: "routes.0.routes.0.matchers",
        message: 'A comma is expected here: character 21, before "and"',
      },
    ]);
  });

  it("keeps an empty grouping of the first route, which is one group for all", () => {
    expect(treeOf({ ...formOf(tree), groupBy: " " }).tree.groupBy).toEqual([]);
  });
});

it.each([
  ["routes.0.matchers.1.value", "routes.0.matchers"],
  ["channels.2", "channels"],
  ["routes.3.routes.0.groupBy.0", "routes.3.routes.0.groupBy"],
  ["routes.0.groupWait", "routes.0.groupWait"],
])("puts an error of %s at %s", (path, field) => {
  expect(fieldPath(path)).toBe(field);
});

it("moves within a list only", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});
