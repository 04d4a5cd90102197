// @vitest-environment happy-dom
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import DocsPage from "./[[...page]]/page";

afterEach(cleanup);

it("lists the pages by the titles that they have", async () => {
  render(await DocsPage({ params: Promise.resolve({ page: ["api"] }) }));
  const contents = within(screen.getByRole("navigation", { name: "Documentation" }));
  expect(contents.getByRole("link", { name: "The API" }).getAttribute("aria-current")).toBe("page");
  expect(contents.getByRole("link", { name: "Sign-in, users and API keys" }).getAttribute("href")).toBe(
    "/docs/sign-in",
  );
  expect(contents.getByRole("link", { name: "Contents" }).getAttribute("href")).toBe("/docs");
});
