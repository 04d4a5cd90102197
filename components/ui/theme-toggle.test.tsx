// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { readTheme } from "./theme";
import { applyTheme, ThemeToggle } from "./theme-toggle";

afterEach(cleanup);

it("reads light and dark, and takes the system for anything else", () => {
  expect(["light", "dark", "system", "blue", "", undefined].map(readTheme)).toEqual([
    "light",
    "dark",
    "system",
    "system",
    "system",
    "system",
  ]);
});

it("changes the document and the cookie", () => {
  act(() => applyTheme("light"));
  render(<ThemeToggle />);
  fireEvent.keyDown(screen.getByRole("button", { name: "Theme" }), { key: "Enter" });
  expect(screen.getByRole("menuitemradio", { name: "Light" }).getAttribute("aria-checked")).toBe("true");
  fireEvent.click(screen.getByRole("menuitemradio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(document.cookie).toContain("inferscope-theme=dark");
});
