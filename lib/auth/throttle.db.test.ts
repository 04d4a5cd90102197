import { describe, expect, it } from "vitest";
import { withTestTransaction } from "@/testing/database";
import { forgive, takeAttempt } from "./throttle";

const start = new Date("2030-01-01T00:00:00Z");
const secondsLater = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const address = "203.0.113.7";

/** Fails as often as told, each time as soon as it is allowed; returns the waits in seconds between the tries. */
async function waitsOf(attempt: { email: string; address: string | null }, tries: number): Promise<number[]> {
  const waits: number[] = [];
  let now = start;
  for (let index = 0; index < tries; index += 1) {
    const retryAt = await takeAttempt(attempt, now);
    if (retryAt === null) continue;
    waits.push((retryAt.getTime() - now.getTime()) / 1000);
    now = retryAt;
    index -= 1;
  }
  return waits;
}

describe("takeAttempt", () => {
  it("gives five tries, then doubles the wait of an account up to five minutes", () =>
    withTestTransaction(async () => {
      expect(await waitsOf({ email: "ada@example.com", address: null }, 16)).toEqual([
        1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300,
      ]);
    }));

  it("slows one address down over all accounts, up to fifteen minutes", () =>
    withTestTransaction(async () => {
      for (let index = 0; index < 25; index += 1)
        expect(await takeAttempt({ email: `user-${index}@example.com`, address }, start)).toBeNull();
      expect(await takeAttempt({ email: "another@example.com", address }, start)).toEqual(secondsLater(1));
      expect(await takeAttempt({ email: "another@example.com", address: "198.51.100.1" }, start)).toBeNull();
    }));

  it("does not add to an account's wait what a blocked address tries", () =>
    withTestTransaction(async (tx) => {
      for (let index = 0; index < 25; index += 1)
        await takeAttempt({ email: `user-${index}@example.com`, address }, start);
      await takeAttempt({ email: "victim@example.com", address }, start);
      expect(await tx.signInThrottle.findUnique({ where: { key: "account:victim@example.com" } })).toBeNull();
    }));

  it("treats spellings of an e-mail as one account", () =>
    withTestTransaction(async () => {
      for (let index = 0; index < 5; index += 1)
        await takeAttempt({ email: "Ada@Example.com", address: null }, start);
      expect(await takeAttempt({ email: "ada@example.com", address: null }, start)).toEqual(secondsLater(1));
    }));

  it("forgets after a day without a failure", () =>
    withTestTransaction(async (tx) => {
      await waitsOf({ email: "ada@example.com", address: null }, 16);
      const later = secondsLater(3 * 86_400);
      expect(await takeAttempt({ email: "ada@example.com", address: null }, later)).toBeNull();
      expect(await tx.signInThrottle.findUnique({ where: { key: "account:ada@example.com" } })).toMatchObject(
        {
          failures: 1,
          blockedUntil: null,
        },
      );
    }));

  it("starts an account anew after a success, and gives its address one try back", () =>
    withTestTransaction(async (tx) => {
      const attempt = { email: "ada@example.com", address };
      for (let index = 0; index < 4; index += 1) await takeAttempt(attempt, start);
      await forgive(attempt);
      expect(await tx.signInThrottle.findMany({ orderBy: { key: "asc" } })).toMatchObject([
        { key: `address:${address}`, failures: 3, blockedUntil: null },
      ]);
    }));
});
