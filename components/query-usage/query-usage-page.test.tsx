// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Usage } from "@/lib/query/schema";
import { QueryUsagePage } from "./query-usage-page";

const row = (name: string, seconds: number, more: Partial<Usage> = {}): Usage => ({
  actor: { type: "user", id: name, name },
  source: { id: "p", name: "prod-eu", kind: "prometheus" },
  queries: 1200,
  failed: 0,
  rejected: 3,
  seconds,
  share: 0.25,
  series: 4,
  points: 5,
  bytes: 2048,
  ...more,
});

const asked: string[] = [];

/** Shows the page over an API that answers like this. */
function show(answer: () => Response, { search = "", seesAll = true } = {}) {
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return Promise.resolve(answer());
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <NuqsTestingAdapter searchParams={search}>
        <QueryUsagePage seesAll={seesAll} />
      </NuqsTestingAdapter>
    </QueryClientProvider>,
  );
}
const items = (...rows: Usage[]) => Response.json({ items: rows, nextCursor: null });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  asked.length = 0;
});

const names = async () => {
  await screen.findByText("ada@example.com");
  const [, ...rows] = within(screen.getByRole("table")).getAllByRole("row");
  return rows.map((each) => within(each).getAllByRole("cell")[0]!.textContent);
};

describe("the page of query usage", () => {
  const bob = row("bob@example.com", 2, { queries: 9000 });
  const ada = row("ada@example.com", 90);
  const bot = row("nightly", 5, { actor: { type: "api_key", id: "k", name: "nightly" } });

  it("has the costliest first, and says what kind of caller it was", async () => {
    show(() => items(bob, ada, bot));
    expect(await names()).toEqual(["ada@example.com", "nightly API key", "bob@example.com"]);
    expect(asked).toEqual(["/api/v1/query-usage?hours=24&limit=200"]);
    expect(screen.getByTitle(/^90\s?s$/)).toBeTruthy();
  });

  it("takes period, order and search from its address", async () => {
    show(() => items(bob, ada, bot), { search: "?hours=168&sort=-queries&q=example" });
    expect(await names()).toEqual(["bob@example.com", "ada@example.com"]);
    expect(asked[0]).toContain("hours=168");
  });

  it("takes a period that it does not offer for the usual one", async () => {
    show(() => items(ada), { search: "?hours=5000" });
    await names();
    expect(asked[0]).toContain("hours=24");
  });

  it("says that nothing was asked, by anybody or by oneself", async () => {
    show(() => items(), { seesAll: false });
    expect(await screen.findByText("Nothing was asked")).toBeTruthy();
    expect(screen.getByText(/No query of\s+yours/)).toBeTruthy();
  });

  it("says why it could not be read", async () => {
    const problem = { code: "unavailable", detail: "The database cannot be reached.", requestId: "r-1" };
    show(() => new Response(JSON.stringify(problem), { status: 503 }));
    expect(await screen.findByText("The usage could not be read")).toBeTruthy();
    expect(screen.getByText("The database cannot be reached.")).toBeTruthy();
  });

  it("says that a list was cut", async () => {
    show(() => Response.json({ items: [ada], nextCursor: "200" }));
    expect(await screen.findByText("The 1 costliest are shown.")).toBeTruthy();
  });
});
