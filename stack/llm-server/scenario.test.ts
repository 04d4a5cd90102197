import { describe, expect, it } from "vitest";
import { ScenarioBook, scenarioFaults, scenarioSchema } from "./scenario";

describe("scenarioSchema", () => {
  it.each([
    [
      { kind: "slower_version", version: "v1.3.0" },
      { factor: 2, duration: "10m" },
    ],
    [{ kind: "errors", type: "oom" }, { rate: 0.05 }],
    [{ kind: "gpu_memory_leak" }, { mib_per_minute: 512 }],
    [{ kind: "queue_build_up" }, { capacity: 0.1 }],
    [{ kind: "longer_prompts" }, { factor: 3 }],
    [{ kind: "lost_replica", version: "v1.2.0", duration: "90s" }, { duration: "90s" }],
    [{ kind: "reset" }, {}],
  ])("takes %j", (body, filled) => {
    expect(scenarioSchema.parse(body)).toMatchObject({ ...body, ...filled });
  });

  it.each([
    [{ kind: "slow" }, "kind"],
    [{ kind: "slower_version" }, "version"],
    [{ kind: "slower_version", version: "v1.3.0", factor: 0.5 }, "factor"],
    [{ kind: "errors", type: "fire" }, "type"],
    [{ kind: "errors", type: "oom", rate: 2 }, "rate"],
    [{ kind: "lost_replica", version: "v1.2.0", duration: "10 minutes" }, "duration"],
    [{ kind: "reset", version: "v1.2.0" }, "body"],
    ["slower_version", "body"],
  ])("refuses %j and names the field", (body, field) => {
    const parsed = scenarioSchema.safeParse(body);
    expect(parsed.success).toBe(false);
    expect(scenarioFaults(parsed.error!).map((fault) => fault.field)).toContain(field);
  });
});

describe("ScenarioBook", () => {
  it("keeps a scenario in force for its duration", () => {
    const book = new ScenarioBook();
    book.apply(scenarioSchema.parse({ kind: "longer_prompts", duration: "1m" }), 1000);
    expect(book.active(1059)).toHaveLength(1);
    expect(book.active(1060)).toHaveLength(0);
  });

  it("replaces one of the same kind and target, keeps others, and ends all on reset", () => {
    const book = new ScenarioBook();
    for (const [type, rate] of [
      ["oom", 0.1],
      ["timeout", 0.2],
      ["oom", 0.3],
    ] as const) {
      book.apply(scenarioSchema.parse({ kind: "errors", type, rate }), 0);
    }
    expect(book.of("errors", null, 1).map(({ type, rate }) => `${type} ${rate}`)).toEqual([
      "timeout 0.2",
      "oom 0.3",
    ]);
    book.apply({ kind: "reset" }, 1);
    expect(book.active(1)).toEqual([]);
  });

  it("concerns the version that it names, or every one", () => {
    const book = new ScenarioBook();
    book.apply(scenarioSchema.parse({ kind: "slower_version", version: "v1.3.0" }), 0);
    book.apply(scenarioSchema.parse({ kind: "queue_build_up" }), 0);
    expect(book.of("slower_version", "v1.2.0", 1)).toHaveLength(0);
    expect(book.of("slower_version", "v1.3.0", 1)).toHaveLength(1);
    expect(book.of("queue_build_up", "v1.2.0", 1)).toHaveLength(1);
  });
});
