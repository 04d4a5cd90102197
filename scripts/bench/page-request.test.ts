import { describe, expect, it } from "vitest";
import type { SignalsRequest } from "@/lib/signals/schema";
import { oneStepLater, onGrid, queryLater } from "./page-request";

const request: SignalsRequest = {
  start: 0,
  end: 3600,
  step: 60,
  queries: [
    { id: "a", service: "s", signal: "ttft" },
    { id: "b", service: "s", signal: "ttft", shape: "summary", offset: 3600 },
  ],
};

describe("a page's request on another grid", () => {
  it("has start and end on the grid, and its windows before moved by the whole range", () => {
    const moved = onGrid(request, { now: 1_000_007, range: 1000, step: 61 });
    expect(moved).toMatchObject({ start: 998_997, end: 999_973, step: 61 });
    expect(moved.start % 61).toBe(0);
    expect(moved.end % 61).toBe(0);
    expect(moved.queries.map(({ offset }) => offset)).toEqual([undefined, 976]);
  });

  it("asks a step later for the same length", () => {
    expect(oneStepLater(request)).toEqual({ ...request, start: 60, end: 3660 });
  });
});

describe("an upstream query a step later", () => {
  it("moves the times and leaves expression and step", () => {
    const form = new URLSearchParams({ query: "rate(a[1m])", start: "10", end: "70", step: "60" });
    const later = queryLater({ path: "/api/v1/query_range", form: form.toString() }, 60);
    expect(later.path).toBe("/api/v1/query_range");
    expect(Object.fromEntries(new URLSearchParams(later.form))).toEqual({
      query: "rate(a[1m])",
      start: "70",
      end: "130",
      step: "60",
    });
  });

  it("moves the time of an instant query", () => {
    const later = queryLater({ path: "/api/v1/query", form: "query=up&time=5" }, 15);
    expect(later.form).toBe("query=up&time=20");
  });
});
