import { describe, expect, it } from "vitest";
import { parseMatchers } from "./matcher";
import { channelsOf, destinationsOf, firstRouteTo, routesOf } from "./policy";
import { type Matcher, type PolicyRouteInput, type PolicyTree, policyTreeSchema } from "./schema";

const matchers = (text: string): Matcher[] => {
  const parsed = parseMatchers(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.matchers;
};

const ids = {
  root: "019a1c3e-0000-7000-8000-000000000000",
  team: "019a1c3e-0000-7000-8000-000000000001",
  pager: "019a1c3e-0000-7000-8000-000000000002",
  relay: "019a1c3e-0000-7000-8000-000000000003",
};

const tree = (routes: PolicyRouteInput[], more: object = {}): PolicyTree =>
  policyTreeSchema.parse({ channels: [ids.root], routes, ...more });

/** After the example of Alertmanager's own documentation. */
const usual = tree([
  {
    matchers: matchers('service=~"foo1|foo2|baz"'),
    channels: [ids.team],
    groupBy: ["service"],
    routes: [{ matchers: matchers("severity=critical"), channels: [ids.pager], repeatInterval: 3600 }],
  },
  { matchers: matchers("audit=yes"), continue: true, channels: [ids.relay] },
  { matchers: matchers("owner=team-Y"), channels: [ids.team], groupWait: 5 },
]);

const rows: [string, Record<string, string>, string[]][] = [
  ["nothing matches: the root", { service: "files" }, [ids.root]],
  ["a child", { service: "foo1" }, [ids.team]],
  ["a regular expression is of the whole value", { service: "foo11" }, [ids.root]],
  ["the deepest", { service: "baz", severity: "critical" }, [ids.pager]],
  ["a child that goes on, and nothing after it", { audit: "yes" }, [ids.relay]],
  ["a child that goes on, and one after it", { audit: "yes", owner: "team-Y" }, [ids.relay, ids.team]],
  ["the first that matches ends it", { service: "foo1", audit: "yes", owner: "team-Y" }, [ids.team]],
];

describe("the routes of an alert", () => {
  it.each(rows)("%s", (_, labels, channels) => {
    expect(routesOf(usual, labels).flatMap((route) => route.channels)).toEqual(channels);
  });

  it("have of the route above what they leave out", () => {
    const [route] = routesOf(usual, { service: "baz", severity: "critical" });
    expect(route).toMatchObject({
      groupBy: ["service"],
      groupWait: 30,
      groupInterval: 300,
      repeatInterval: 3600,
    });
  });
});

describe("the groups of an alert", () => {
  const none = new Set<string>();

  it("are named as Alertmanager names them", () => {
    expect(destinationsOf(usual, { service: "baz", severity: "critical", gpu: "3" }, none)).toMatchObject([
      {
        channelId: ids.pager,
        key: '{}/{service=~"foo1|foo2|baz"}/{severity="critical"}:{service="baz"}',
        groupLabels: { service: "baz" },
      },
    ]);
  });

  it("are one a service by default, not one a GPU", () => {
    const keys = ["0", "1"].map(
      (gpu) => destinationsOf(tree([]), { alertname: "GpuBusy", service: "chat-api", gpu }, none)[0]!.key,
    );
    expect(keys).toEqual(Array(2).fill('{}:{alertname="GpuBusy", service="chat-api"}'));
  });

  it("are all labels with ..., and one for all without any", () => {
    const labels = { alertname: "X", gpu: "0" };
    const keyOf = (groupBy: string[]) => destinationsOf(tree([], { groupBy }), labels, none)[0]!.key;
    expect(keyOf(["..."])).toBe('{}:{alertname="X", gpu="0"}');
    expect(keyOf([])).toBe("{}:{}");
  });

  it("are one a channel for an Alertmanager, whatever the route, without a wait", () => {
    const both = tree([
      { matchers: matchers("a=1"), channels: [ids.relay], continue: true },
      { matchers: matchers("b=1"), channels: [ids.relay, ids.pager] },
    ]);
    const found = destinationsOf(both, { a: "1", b: "1" }, new Set([ids.relay]));
    expect(found.map(({ channelId, key, options }) => [channelId, key, options.groupWait])).toEqual([
      [ids.relay, "{}:{}", 0],
      [ids.pager, '{}/{b="1"}:{}', 30],
    ]);
  });
});

describe("the channels of a policy", () => {
  it("are found wherever they are named", () => {
    expect(channelsOf(usual).sort()).toEqual(Object.values(ids).sort());
    expect(firstRouteTo(usual, ids.pager)).toBe('the route {severity="critical"}');
    expect(firstRouteTo(usual, ids.root)).toContain("first route");
    expect(firstRouteTo(tree([]), ids.pager)).toBeNull();
  });
});

it("refuses a policy that is too deep, and a regular expression that is none", () => {
  let routes: PolicyRouteInput[] = [];
  for (let depth = 0; depth < 9; depth += 1) routes = [{ matchers: [], routes }];
  expect(policyTreeSchema.safeParse({ routes }).error?.issues[0]?.path).toEqual(["routes"]);
  const bad = { routes: [{ matchers: [{ name: "a", value: "(", isRegex: true }] }] };
  expect(policyTreeSchema.safeParse(bad).error?.issues[0]?.path).toEqual([
    "routes",
    0,
    "matchers",
    0,
    "value",
  ]);
});
