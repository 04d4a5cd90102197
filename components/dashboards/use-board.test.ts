import { describe, expect, it } from "vitest";
import type { Asked, BoardGrid } from "@/lib/dashboards/batches";
import type { SignalResult } from "@/lib/signals/schema";
import { withAnswers } from "./use-board";

const entry = (panel: string, name: string): Asked["batches"][number][number] => ({
  panel,
  name,
  query: { service: "chat", signal: "ttft" },
  before: false,
});
const grid = (start: number): BoardGrid => ({ start, end: start + 60, step: 60 });
const result = (id: string) => ({ id }) as SignalResult;
const answer = (...ids: string[]) => ({ data: { results: ids.map(result) } });

describe("what is known after answers", () => {
  const batches = [[entry("a", "x"), entry("b", "y")], [entry("b", "z")]];

  it("is shown in part before anything is known of a panel", () => {
    const known = withAnswers(new Map(), batches, [answer("1", "2"), {}], grid(0));
    expect([...known.keys()]).toEqual(["a", "b"]);
    expect(known.get("b")?.results.size).toBe(1);
  });

  it("stays on its grid until all of a panel's queries are answered on the next", () => {
    const first = withAnswers(new Map(), batches, [answer("1", "2"), answer("3")], grid(0));
    const second = withAnswers(first, batches, [answer("4", "5"), {}], grid(60));
    expect(second.get("a")?.grid.start).toBe(60);
    expect(second.get("b")).toBe(first.get("b"));
    const third = withAnswers(second, batches, [answer("4", "5"), answer("6")], grid(60));
    expect(third.get("b")?.grid.start).toBe(60);
    expect(third.get("b")?.results.get("z")?.id).toBe("6");
  });

  it("moves on without what is late", () => {
    const first = withAnswers(new Map(), batches, [answer("1", "2"), answer("3")], grid(0));
    const second = withAnswers(first, batches, [answer("4", "5"), {}], grid(60), true);
    expect(second.get("b")?.grid.start).toBe(60);
    expect([...(second.get("b")?.results.keys() ?? [])]).toEqual(["y"]);
    // Of what nothing was answered yet, the last known stays.
    const third = withAnswers(second, batches, [{}, {}], grid(120), true);
    expect(third.get("b")).toBe(second.get("b"));
  });

  it("keeps what it knew of panels that were not asked for", () => {
    const first = withAnswers(new Map(), batches, [answer("1", "2"), answer("3")], grid(0));
    const second = withAnswers(first, [[entry("a", "x")]], [answer("7")], grid(60));
    expect(second.get("b")).toBe(first.get("b"));
  });

  it("is the very same where nothing is new", () => {
    const answers = [answer("1", "2"), answer("3")];
    const first = withAnswers(new Map(), batches, answers, grid(0));
    expect(withAnswers(first, batches, answers, grid(0))).toBe(first);
  });
});
