// @vitest-environment happy-dom
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GpuMap, type MapRow } from "./gpu-map";

beforeEach(() => {
  // Everything is near.
  vi.stubGlobal("IntersectionObserver", undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const rows: MapRow[] = Array.from({ length: 21 }, (_, index) => ({
  key: `u${index}`,
  name: `GPU ${index}`,
  values: index === 20 ? [] : [0.5, 0.25],
}));

it("has a row for a GPU without a value, and its time axis beneath however many rows scroll", () => {
  const { container } = render(
    <GpuMap
      title="Every GPU"
      grid={{ start: 0, end: 60, step: 60 }}
      rows={rows}
      unit="ratio"
      chosen="u0"
      onChoose={() => {}}
    />,
  );
  expect(screen.getAllByRole("button")).toHaveLength(21);
  const now = within(screen.getByRole("list", { name: "Values now" })).getAllByRole("listitem");
  expect(now.slice(-2).map(({ textContent }) => textContent?.replaceAll("\u2009", " "))).toEqual([
    "25.0 %",
    "no value",
  ]);
  const [cells, axis] = container.querySelectorAll("canvas");
  expect(cells?.closest(".overflow-y-auto")).not.toBeNull();
  expect(axis?.closest(".overflow-y-auto")).toBeNull();
});
