// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { RuleSignalView } from "@/lib/alerts/rule-signal/schema";
import { exampleService } from "@/lib/services/example";
import { RuleSignal } from "./rule-signal";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const view: RuleSignalView = {
  service: exampleService.id,
  signal: "ttft",
  quantile: 0.95,
  by: [],
  source: "prod",
  expr: "new_selector",
  reason: null,
  note: null,
  unit: "seconds",
  comparison: ">",
  isHistogram: true,
  dimensions: ["version"],
  usual: { warning: 0.5, critical: 1 },
};

function show(answer: Partial<RuleSignalView>, expr: string) {
  vi.stubGlobal(
    "fetch",
    async (url: string) =>
      new Response(
        JSON.stringify(
          String(url).includes("/services")
            ? { items: [exampleService], nextCursor: null }
            : { ...view, ...answer },
        ),
        { headers: { "content-type": "application/json" } },
      ),
  );
  const onChosen = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RuleSignal
        signal={{ service: exampleService.id, signal: "ttft", quantile: 0.95, by: [] }}
        expr={expr}
        isReadOnly={false}
        error={undefined}
        onChosen={onChosen}
      />
    </QueryClientProvider>,
  );
  return { onChosen };
}

it("says what the rule was made of, and nothing more while it is the same", async () => {
  show({}, "new_selector");
  expect(await screen.findByText(/^Usual: warning > 0\.5.s, critical > 1.s\.$/)).toBeTruthy();
  expect(screen.getByText(/^p95 .* as PromQL$/).textContent).toContain(exampleService.id);
  expect(screen.queryByRole("status")).toBeNull();
});

it("offers what it would be now where the service is selected otherwise since", async () => {
  const { onChosen } = show({}, "old_selector");
  expect((await screen.findByRole("status")).textContent).toMatch(/selected otherwise.*new_selector/);
  fireEvent.click(screen.getByRole("button", { name: "Use it" }));
  expect(onChosen).toHaveBeenCalledWith(view);
});

it("keeps the expression where the service does not measure it any more, and says why", async () => {
  show({ expr: null, reason: "There is no histogram." }, "old_selector");
  expect((await screen.findByRole("status")).textContent).toMatch(
    /does not measure it any more: There is no histogram\. The rule keeps/,
  );
  expect(screen.queryByRole("button", { name: "Use it" })).toBeNull();
});
