import { describe, expect, it } from "vitest";
import type { SignalResult } from "@/lib/signals/schema";
import { barePanels } from "./bare-page";

const result = (id: string, ...expr: string[]) => ({ id, expr }) as SignalResult;

describe("the panels of the bare page", () => {
  it("have the queries that are drawn, each once, in the panels' order", () => {
    const panels = barePanels(
      [{ id: "latency" }, { id: "error" }],
      [
        { id: "error.total" },
        { id: "error.types" },
        { id: "error.now", shape: "summary" },
        { id: "latency.all", shape: "distribution" },
        { id: "key.now" },
      ],
      {
        results: [
          result("key.now", "k"),
          result("error.total", "a"),
          result("error.types", "b", "a"),
          result("error.now", "s"),
          result("latency.all", "p50", "p95"),
        ],
      },
    );
    expect(panels).toEqual([
      { id: "latency", exprs: ["p50", "p95"] },
      { id: "error", exprs: ["a", "b"] },
    ]);
  });
});
