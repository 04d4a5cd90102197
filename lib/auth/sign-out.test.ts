import { afterEach, expect, it, vi } from "vitest";
import { signOut } from "./sign-out";

afterEach(() => {
  vi.unstubAllGlobals();
});

function answered(status: number, body: unknown) {
  const assign = vi.fn();
  vi.stubGlobal("location", { assign });
  vi.stubGlobal("fetch", async (address: string) =>
    address === "/api/auth/csrf" ? Response.json({ csrfToken: "t" }) : Response.json(body, { status }),
  );
  return assign;
}

it("goes to the sign-in once the session has ended", async () => {
  const assign = answered(200, { url: "http://127.0.0.1:3000/sign-in" });
  await signOut();
  expect(assign).toHaveBeenCalledWith("/sign-in");
});

it("stays, and says why, where the session could not be ended", async () => {
  const assign = answered(503, { code: "unavailable", detail: "The database cannot be reached." });
  await expect(signOut()).rejects.toThrow("The database cannot be reached.");
  expect(assign).not.toHaveBeenCalled();
});
