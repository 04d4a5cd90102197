// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { servicesQuery } from "@/lib/services/client";
import { AppShell } from "./app-shell";
import { setCommandMenuOpen, useCommands } from "./commands";

const push = vi.fn();
vi.mock("next/navigation", () => ({ usePathname: () => "/alerts/42", useRouter: () => ({ push }) }));
vi.mock("next/link", () => ({ default: "a" }));

function Page({ onRun }: { onRun: () => void }) {
  useCommands([{ id: "silence", label: "Silence everything", group: "Actions", run: onRun }]);
  return <input data-search aria-label="Filter alerts" />;
}

function show(onRun = () => {}, onSignOut = () => {}) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(servicesQuery().queryKey, { items: [], nextCursor: null });
  render(
    <QueryClientProvider client={queries}>
      <AppShell
        user={{ name: "Demo", email: "demo@localhost", role: "admin" }}
        onSignOut={onSignOut}
        sections={[
          {
            items: [
              { href: "/", label: "Overview", icon: null, key: "o" },
              { href: "/alerts", label: "Alerts", icon: null, key: "a", count: 3 },
            ],
          },
        ]}
      >
        <Page onRun={onRun} />
      </AppShell>
    </QueryClientProvider>,
  );
}

const press = (key: string, more = {}) => fireEvent.keyDown(document.body, { key, ...more });

beforeEach(() => {
  push.mockClear();
});
afterEach(() => {
  act(() => setCommandMenuOpen(false));
  cleanup();
});

it("marks the section of the page that is open", () => {
  show();
  const nav = screen.getByRole("navigation", { name: "Sections" });
  expect(within(nav).getByRole("link", { current: "page" }).textContent).toContain("Alerts");
  expect(within(nav).getAllByRole("link")).toHaveLength(2);
});

it("goes to a page by g and its letter, not by the letter alone or while typing", () => {
  show();
  press("o");
  expect(push).not.toHaveBeenCalled();
  const field = screen.getByLabelText("Filter alerts");
  fireEvent.keyDown(field, { key: "g" });
  fireEvent.keyDown(field, { key: "o" });
  expect(push).not.toHaveBeenCalled();
  press("g");
  press("o");
  expect(push).toHaveBeenCalledWith("/");
});

it("lists all keys by ?, and gives the focus back", async () => {
  show();
  const field = screen.getByLabelText("Filter alerts");
  field.focus();
  press("?");
  // Loaded at its first opening, for which a busy machine takes its time.
  const list = await screen.findByRole("dialog", { name: "Keys" }, { timeout: 10_000 });
  for (const words of ["Overview", "Command menu", "Move the crosshair"]) {
    expect(within(list).getByText(words)).toBeTruthy();
  }
  fireEvent.keyDown(list, { key: "Escape" });
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
}, 20_000);

it("opens the navigation of a narrow window at the first press, and gives the focus back to its button", async () => {
  show();
  const button = screen.getByRole("button", { name: "Navigation" });
  expect(button.getAttribute("aria-expanded")).toBe("false");
  fireEvent.click(button);
  const drawer = await screen.findByRole("dialog", { name: "Inferscope" }, { timeout: 10_000 });
  expect(within(drawer).getByRole("link", { name: /Overview/ })).toBeTruthy();
  expect(button.getAttribute("aria-expanded")).toBe("true");
  fireEvent.keyDown(drawer, { key: "Escape" });
  await vi.waitFor(() => expect(document.activeElement).toBe(button));
}, 20_000);

it("calls off by Escape a command menu that is still on its way", async () => {
  show();
  press("k", { ctrlKey: true });
  press("Escape");
  await act(() => import("./command-dialog"));
  expect(screen.queryByRole("dialog")).toBeNull();
  press("g");
  press("o");
  expect(push).toHaveBeenCalledWith("/");
}, 20_000);

it("opens the command menu by Ctrl and K, with what the page added, and runs it", async () => {
  const onRun = vi.fn();
  show(onRun);
  press("k", { ctrlKey: true });
  // The list is loaded at its first opening, for which a busy machine takes its time.
  const entry = await screen.findByRole("option", { name: /Silence everything/ }, { timeout: 10_000 });
  fireEvent.click(entry);
  await vi.waitFor(() => expect(onRun).toHaveBeenCalledOnce());
}, 20_000);

it("keeps what is typed before the field of the command menu is there", async () => {
  show();
  // Faster than anything is drawn, which `fireEvent` would wait for.
  const type = (key: string, more = {}) =>
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
    );
  await act(async () => {
    type("k", { ctrlKey: true });
    for (const key of ["g", "x", "Backspace", "o"]) type(key);
  });
  const field = await screen.findByPlaceholderText("Go to a page, a service, or do something");
  expect((field as HTMLInputElement).value).toBe("go");
  expect(push).not.toHaveBeenCalled();
  act(() => setCommandMenuOpen(false));
  // Closed, the page has its keys back.
  press("g");
  press("o");
  expect(push).toHaveBeenCalledWith("/");
});

it("folds the sidebar and remembers it in a cookie", () => {
  show();
  fireEvent.click(screen.getByRole("button", { name: "Fold the sidebar" }));
  expect(document.cookie).toContain("inferscope-sidebar=folded");
  expect(screen.getByRole("link", { name: "Overview" })).toBeTruthy();
});

it("signs out from the menu of the user", () => {
  const onSignOut = vi.fn();
  show(() => {}, onSignOut);
  fireEvent.keyDown(screen.getByRole("button", { name: "Signed in as Demo" }), { key: "Enter" });
  fireEvent.click(screen.getByRole("menuitem", { name: "Sign out" }));
  expect(onSignOut).toHaveBeenCalledOnce();
});
