// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { exampleRule } from "@/lib/alerts/example";
import { RuleTests } from "./rule-tests";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function show(answer: Response) {
  const sent: string[] = [];
  vi.stubGlobal("fetch", async (_url: string, options: RequestInit) => {
    sent.push(String(options.body));
    return answer;
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RuleTests rule={exampleRule} />
    </QueryClientProvider>,
  );
  const tests = screen.getByLabelText<HTMLTextAreaElement>("Tests");
  // The example comes with code that is loaded for it, which takes a busy machine longer than a second.
  await waitFor(() => expect(tests.value).toContain(`alertname: ${exampleRule.name}`), { timeout: 10_000 });
  return { sent, tests };
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const run = () => act(async () => fireEvent.click(screen.getByRole("button", { name: "Run" })));

it("runs what is written against the rule, and says what was expected and what came", async () => {
  const failure = { test: "test 1", message: "alerts differ", expected: "[]", got: "[{a}]" };
  const { sent, tests } = await show(json({ passed: false, cases: 1, failures: [failure] }));
  fireEvent.change(tests, { target: { value: "tests: [] # mine" } });
  await run();
  expect(await screen.findByText("Failed")).toBeTruthy();
  expect(screen.getByText("[{a}]")).toBeTruthy();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toContain("# mine");
  expect(sent[0]).toContain(`alert: ${exampleRule.name}`);
  fireEvent.click(screen.getByRole("button", { name: "Back to the example" }));
  expect(tests.value).not.toContain("mine");
});

it("says how many checks passed", async () => {
  await show(json({ passed: true, cases: 2, failures: [] }));
  await run();
  expect((await screen.findByRole("status")).textContent).toBe("Passed 2 checks.");
});

it("says what to do where there is no Prometheus to run them in", async () => {
  await show(json({ code: "unavailable", detail: "There is no program prometheus." }, 503));
  await run();
  expect((await screen.findByRole("alert")).textContent).toMatch(/no Prometheus to run tests in.*test-rules/);
});
