// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { DEFAULT_TEAM_ID, type UserActor } from "@/lib/auth/actor";
import AuditPage from "./audit/page";
import JobsPage from "./jobs/page";
import ApiKeysPage from "./settings/api-keys/page";
import UsersPage from "./settings/users/page";

const viewer: UserActor = {
  type: "user",
  id: "u",
  name: "vera@example.com",
  role: "viewer",
  teamId: DEFAULT_TEAM_ID,
};
vi.mock("@/lib/auth/page-actor", () => ({ pageActor: async () => viewer }));

afterEach(cleanup);

it.each<[string, () => Promise<ReactElement>, string]>([
  ["the audit log", AuditPage, "operator"],
  ["jobs", JobsPage, "admin"],
  ["users", UsersPage, "admin"],
  ["API keys", ApiKeysPage, "operator"],
])("tells a viewer who opens %s which role is needed", async (_name, Page, role) => {
  render(await Page());
  expect(screen.getByText(`This page needs the role ${role}`)).toBeTruthy();
  expect(screen.getByText(/vera@example.com, with the role viewer/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "What each role may do" }).getAttribute("href")).toBe(
    "/docs/sign-in#people",
  );
});
