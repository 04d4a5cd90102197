import { describe, expect, it } from "vitest";
import { signalsRequestSchema } from "@/lib/signals/schema";
import { askFor, batchRequest, boardGrid, gridName } from "./batches";
import type { PlacedPanel } from "./placement";

const panel = (key: string, names: string[]): PlacedPanel => ({
  key,
  panel: { id: key, title: key, view: "lines", queries: {}, needs: [], span: 4, across: "together" },
  services: ["chat"],
  isRepeated: false,
  isOfOne: false,
  without: [],
  span: 4,
  queries: names.map((name) => ({
    name,
    query: { service: "chat", signal: "request_rate" as const },
    before: false,
  })),
});
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);

describe("what is asked for", () => {
  it("joins the panels in sight in one request", () => {
    const asked = askFor(undefined, "g", [panel("a", ["x"]), panel("b", ["y", "z"])]);
    expect(asked.batches.map((entries) => entries.map(({ panel: key, name }) => [key, name]))).toEqual([
      [
        ["a", "x"],
        ["b", "y"],
        ["b", "z"],
      ],
    ]);
  });

  it("asks once for what stays in sight, and on its own for what comes into sight", () => {
    const a = panel("a", ["x"]);
    const first = askFor(undefined, "g", [a]);
    expect(askFor(first, "g", [a])).toBe(first);
    const second = askFor(first, "g", [a, panel("b", ["y"])]);
    expect(second.batches).toHaveLength(2);
    expect(second.batches[0]).toBe(first.batches[0]);
    expect(second.batches[1]?.map(({ panel: key }) => key)).toEqual(["b"]);
  });

  it("asks for all in sight, and for nothing else, when time has moved on", () => {
    const before = askFor(undefined, "g", [panel("a", ["x"]), panel("b", ["y"])]);
    const after = askFor(before, "h", [panel("b", ["y"])]);
    expect(after.batches.flat().map(({ panel: key }) => key)).toEqual(["b"]);
  });

  it("asks again for a panel that shows something else", () => {
    const before = askFor(undefined, "g", [panel("a", ["x"])]);
    expect(askFor(before, "g", [panel("a", ["y"])]).batches).toHaveLength(2);
  });

  it("asks each source on its own, so that one that hangs keeps no other waiting", () => {
    const shared = panel("a", ["x", "y"]);
    const queries = shared.queries.map((query, index) => ({ ...query, source: index === 0 ? "eu" : "us" }));
    const asked = askFor(undefined, "g", [
      { ...shared, queries },
      {
        ...panel("b", ["z"]),
        queries: panel("b", ["z"]).queries.map((query) => ({ ...query, source: "eu" })),
      },
    ]);
    expect(asked.batches.map((entries) => entries.map(({ name, source }) => [name, source]))).toEqual([
      [
        ["x", "eu"],
        ["z", "eu"],
      ],
      [["y", "us"]],
    ]);
  });

  it("stays within what one request may hold", () => {
    const asked = askFor(undefined, "g", [panel("a", names(60)), panel("b", names(10))]);
    expect(asked.batches.map(({ length }) => length)).toEqual([64, 6]);
    const grid = boardGrid({ from: 0, to: 3_600, scrapeInterval: 15 });
    for (const entries of asked.batches)
      expect(signalsRequestSchema.safeParse(batchRequest(entries, grid)).success).toBe(true);
  });
});

it("puts viewers who come within a step on one grid", () => {
  const { step } = boardGrid({ from: 0, to: 21_600, scrapeInterval: 5 });
  const at = (now: number) => gridName(boardGrid({ from: now - 21_600, to: now, scrapeInterval: 5 }));
  expect(at(100 * step)).toBe(at(101 * step - 1));
  expect(at(100 * step)).not.toBe(at(101 * step));
});
