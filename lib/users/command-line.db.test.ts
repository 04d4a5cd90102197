import { describe, expect, it } from "vitest";
import { verifyPassword } from "@/lib/auth/passwords";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { userCommand } from "./command-line";
import { resetPassword } from "./commands";

const now = new Date("2030-01-01T00:00:00Z");
const password = "correct horse battery";

async function run(args: string[], typed = "") {
  const lines: string[] = [];
  const terminal = { write: (line: string) => lines.push(line), readPassword: async () => typed };
  return { code: await userCommand(args, terminal, now), output: lines.join("\n") };
}

const tokenIn = (output: string) => /#token=(\S+)/.exec(output)![1]!;

describe("npm run user", () => {
  it("resets by a link that works once", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { code, output } = await run(["reset", admin.name.toUpperCase()]);
      expect(code).toBe(0);
      await resetPassword({ token: tokenIn(output), password, now });
      const { passwordHash } = await tx.user.findUniqueOrThrow({ where: { id: admin.id } });
      expect(await verifyPassword(passwordHash, password)).toBe(true);
    }));

  it("sets a password that is typed, without showing it", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { code, output } = await run(["reset", admin.name, "--password"], password);
      expect({ code, shown: output.includes(password) }).toEqual({ code: 0, shown: false });
      await expectAudit(tx, "user", admin.id, { action: "users:set_password", actorId: "command-line" });
      expect(await run(["reset", admin.name, "--password"], "short")).toMatchObject({
        code: 1,
        output: expect.stringContaining("at least 12 characters"),
      });
    }));

  it("creates an account of a role, and lists who has one", () =>
    withTestTransaction(async (tx) => {
      const { code, output } = await run(["create", "Ada@Example.com", "--role", "admin", "--name", "Ada"]);
      expect(code).toBe(0);
      expect(tokenIn(output)).toMatch(/^ist_/);
      expect(await tx.user.findUnique({ where: { email: "ada@example.com" } })).toMatchObject({
        role: "admin",
        name: "Ada",
      });
      expect((await run(["list"])).output).toMatch(/ada@example\.com +admin +never signed in/);
      expect(await run(["create", "ada@example.com"])).toMatchObject({
        code: 1,
        output: expect.stringContaining("has an account already"),
      });
    }));

  it.each([
    [[], "Say what to do."],
    [["delete", "ada@example.com"], 'There is no "delete".'],
    [["create"], "Say the e-mail"],
    [["create", "ada@example.com", "--role", "root"], "viewer, operator or admin"],
    [["reset"], "Say whose account"],
    [["reset", "a", "b"], "one word too many"],
    [["list", "--verbose"], "--verbose"],
  ])("explains itself after %j", (args, sentence) =>
    withTestTransaction(async () => {
      const { code, output } = await run(args);
      expect(code).toBe(64);
      expect(output).toContain(sentence);
      expect(output).toContain("Usage:");
    }),
  );

  it("says who is not known", () =>
    withTestTransaction(async () => {
      expect(await run(["reset", "nobody@example.com"])).toMatchObject({
        code: 1,
        output: expect.stringContaining("has no account"),
      });
    }));
});
