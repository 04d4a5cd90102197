import { expect, it } from "vitest";
import { comparisonInUrl, mentionsPanel, panelInUrl } from "./panel-in-url";

it("names a panel and what it is compared with so that both come back, whatever they hold", () => {
  for (const id of ["ttft", "gpu~0,1", "a/b c"])
    for (const comparison of ["period", "version:v1.2~rc,1"]) {
      const entries = [panelInUrl("other", "week"), panelInUrl(id, comparison)];
      expect(comparisonInUrl(entries, id)).toBe(comparison);
    }
  expect(comparisonInUrl([panelInUrl("ttft-2", "week")], "ttft")).toBeNull();
});

it("finds what an address says of a panel, and nothing of another whose name begins alike", () => {
  expect(mentionsPanel("?from=now-1h&log=queue,ttft", "ttft")).toBe(true);
  expect(mentionsPanel(`?compare=${encodeURIComponent(panelInUrl("ttft", "week"))}`, "ttft")).toBe(true);
  expect(mentionsPanel("?log=ttft-2&full=queue", "ttft")).toBe(false);
  expect(mentionsPanel("?search=ttft", "ttft")).toBe(false);
  expect(mentionsPanel("", "ttft")).toBe(false);
});
