import { describe, expect, it } from "vitest";
import { signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel } from "./dashboard";
import { dashboards } from "./dashboards";
import { answerName, canFill, chosenServices, placePanels } from "./placement";

const panel = (fields: Partial<DashboardPanel>): DashboardPanel => ({
  id: "rate",
  title: "Rate",
  view: "lines",
  queries: { rate: { signal: "request_rate" } },
  needs: ["request_rate"],
  span: 4,
  across: "together",
  ...fields,
});
const board = (panels: DashboardPanel[], fields: Partial<Dashboard> = {}): Dashboard => ({
  id: "board",
  title: "Board",
  description: "",
  sections: [{ panels }],
  ...fields,
});
const service = (id: string, signals: string[], profiles: string[] = ["vllm"]) => ({ id, signals, profiles });
const a = service("a", ["request_rate", "ttft"]);
const b = service("b", ["request_rate"]);
const c = service("c", []);
const keys = (dashboard: Dashboard, ...services: (typeof a)[]) =>
  placePanels(dashboard, services).flatMap(({ panels }) => panels.map(({ key }) => key));

describe("the panels of a dashboard", () => {
  it("appear where a service measures what they need", () => {
    const dashboard = board([panel({}), panel({ id: "ttft", needs: ["ttft"] })]);
    expect(keys(dashboard, a)).toEqual(["rate", "ttft"]);
    expect(keys(dashboard, b)).toEqual(["rate"]);
    expect(placePanels(dashboard, [c])).toEqual([]);
  });

  it("hold the services that measure it, or are repeated for each", () => {
    const [together] = placePanels(board([panel({})]), [a, b, c])[0]!.panels;
    expect(together?.services).toEqual(["a", "b"]);
    expect(together?.queries.map(({ name }) => name)).toEqual([
      answerName("rate", "a"),
      answerName("rate", "b"),
    ]);
    expect(keys(board([panel({ across: "each" })]), a, b, c)).toEqual(["rate-a", "rate-b"]);
    expect(keys(board([panel({ across: "each" })]), a, c)).toEqual(["rate"]);
  });

  it("name the services of the page that have nothing of it, or are shown for them too", () => {
    const beside = (fields: Partial<DashboardPanel>, ...services: (typeof a)[]) =>
      placePanels(board([panel(fields)]), services)[0]?.panels[0];
    expect(beside({}, a, b, c)?.without).toEqual(["c"]);
    expect(beside({}, a, c)).toMatchObject({ without: ["c"], isOfOne: true });
    expect(beside({ ofMachines: true }, a, c)?.without).toEqual([]);
    expect(beside({ across: "each" }, a, b, c)?.without).toEqual([]);
    const always = beside({ isAlways: true }, c, a);
    expect(always).toMatchObject({ services: ["a", "c"], without: [], isOfOne: true });
    expect(always?.queries.map(({ query }) => query.service)).toEqual(["a", "c"]);
    expect(beside({ isAlways: true }, c)?.queries).toHaveLength(1);
  });

  it("ask only for what is measurable", () => {
    const dashboard = board([
      panel({ queries: { rate: { signal: "request_rate" }, ttft: { signal: "ttft" } } }),
    ]);
    const asked = placePanels(dashboard, [a, b]).flatMap(({ panels }) => panels[0]!.queries);
    expect(asked.map(({ name }) => name)).toEqual([
      answerName("rate", "a"),
      answerName("ttft", "a"),
      answerName("rate", "b"),
    ]);
  });

  it("ask for one of their alternatives: the chosen one, else the first that is measurable", () => {
    const dashboard = board([
      panel({
        oneOf: "map",
        queries: { itl: { signal: "itl" }, ttft: { signal: "ttft" }, rate: { signal: "request_rate" } },
      }),
    ]);
    const chosen = (map?: string) => placePanels(dashboard, [a], { map })[0]!.panels[0]!;
    expect(chosen()).toMatchObject({ chosen: "ttft", alternatives: ["ttft", "rate"] });
    expect(chosen("rate").queries.map(({ query }) => query.signal)).toEqual(["request_rate"]);
    expect(chosen("itl").chosen).toBe("ttft");
  });

  it("are as wide as their row has room", () => {
    const wide = (...spans: DashboardPanel["span"][]) =>
      placePanels(board(spans.map((span, index) => panel({ id: `p${index}`, span }))), [a])[0]!.panels.map(
        ({ span }) => span,
      );
    expect(wide(4, 8)).toEqual([4, 8]);
    expect(wide(4, 4)).toEqual([6, 6]);
    expect(wide(3, 3, 3)).toEqual([4, 4, 4]);
    expect(wide(6, 6, 6)).toEqual([6, 6, 12]);
    expect(wide(6, 8)).toEqual([12, 12]);
  });

  it("stand in rows of their kind where each service has its own, after those that compare", () => {
    const dashboard = board([
      panel({ id: "lines", span: 6 }),
      panel({ id: "heat", span: 6, across: "each" }),
      panel({ id: "more", span: 6 }),
    ]);
    const shown = (...services: (typeof a)[]) =>
      placePanels(dashboard, services)[0]!.panels.map(({ key, span }) => [key, span]);
    expect(shown(a)).toEqual([
      ["lines", 6],
      ["heat", 6],
      ["more", 12],
    ]);
    expect(shown(a, b, service("d", ["request_rate"]))).toEqual([
      ["lines", 6],
      ["more", 6],
      ["heat-a", 4],
      ["heat-b", 4],
      ["heat-d", 4],
    ]);
  });

  it("appear for a distribution only where one is known", () => {
    const dashboard = board([panel({ needs: ["ttft"], needsDistribution: true })]);
    expect(keys(dashboard, a)).toEqual(["rate"]);
    expect(keys(dashboard, { ...a, distributions: [] } as typeof a)).toEqual([]);
  });

  it("are those of services that speak the dashboard's profile", () => {
    const dashboard = board([panel({})], { profiles: ["triton"] });
    expect(keys(dashboard, a, service("t", ["request_rate"], ["triton"]))).toEqual(["rate"]);
    expect(canFill(dashboard, a)).toBe(false);
  });
});

describe("the services of a dashboard", () => {
  it("are those asked for that exist, else the first that can fill it", () => {
    const ids = (asked: string[], fields: Partial<Dashboard> = {}) =>
      chosenServices(board([panel({})], fields), [c, a, b], asked).map(({ id }) => id);
    expect(ids(["b", "c", "gone"])).toEqual(["c", "b"]);
    expect(ids(["gone"])).toEqual(["a"]);
    expect(ids([], { ofAll: true })).toEqual(["a", "b"]);
  });

  it("is the first of all where none can fill it, so that the page can say why", () => {
    expect(chosenServices(board([panel({})]), [c], []).map(({ id }) => id)).toEqual(["c"]);
  });
});

describe("the built-in dashboards", () => {
  it("have panels with ids of their own, whose leading signal is one that they need", () => {
    for (const { id, sections } of dashboards) {
      const panels = sections.flatMap((section) => section.panels);
      expect(new Set(panels.map((one) => one.id)).size, id).toBe(panels.length);
      for (const one of panels) {
        const asked = Object.values(one.queries).map(({ signal }) => signal);
        expect(asked.length, `${id}/${one.id}`).toBeGreaterThan(0);
        for (const signal of one.needs) expect(asked, `${id}/${one.id}`).toContain(signal);
        for (const signal of asked) expect(signals[signal], `${id}/${one.id}`).toBeDefined();
      }
    }
  });

  it("fill whole rows of twelve where everything is measured, or little is", () => {
    const some = Object.keys(signals).filter((_, index) => index % 3 === 0);
    for (const measured of [Object.keys(signals), some])
      for (const dashboard of dashboards)
        for (const { title, panels } of placePanels(dashboard, [service("all", measured, ["triton"])]))
          expect(panels.reduce((sum, { span }) => sum + span, 0) % 12, `${dashboard.id}/${title}`).toBe(0);
  });
});
