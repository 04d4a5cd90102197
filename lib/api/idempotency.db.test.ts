import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { systemActor } from "@/lib/auth/actor";
import "@/testing/database";
import { once } from "./idempotency";

const actor = systemActor("test");
const now = new Date("2026-03-03T14:00:00Z");

describe("once", () => {
  it("answers the same request again without doing it again", async () => {
    const key = randomUUID();
    let made = 0;
    const create = async () => ({ status: 201, body: { made: ++made } });
    const first = await once(actor, key, "POST /x", { a: 1 }, now, create);
    expect(await once(actor, key, "POST /x", { a: 1 }, now, create)).toEqual(first);
    expect(made).toBe(1);
  });

  it("does it once when the same request comes twice at once", async () => {
    const key = randomUUID();
    let made = 0;
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const create = async () => {
      made += 1;
      await held;
      return { status: 201, body: null };
    };
    // The loser answers at once and lets the winner finish.
    const outcomes = await Promise.allSettled(
      [0, 1].map(() =>
        once(actor, key, "POST /x", {}, new Date(), create).catch((error) => {
          release();
          throw error;
        }),
      ),
    );
    expect(made).toBe(1);
    expect(outcomes.filter((outcome) => outcome.status === "rejected")).toMatchObject([
      { reason: { code: "conflict" } },
    ]);
  });

  it("refuses the key for another body or path", async () => {
    const key = randomUUID();
    const create = async () => ({ status: 201, body: null });
    await once(actor, key, "POST /x", { a: 1 }, now, create);
    await expect(once(actor, key, "POST /x", { a: 2 }, now, create)).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
    await expect(once(actor, key, "POST /y", { a: 1 }, now, create)).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
  });

  it("frees the key of a request that failed", async () => {
    const key = randomUUID();
    await expect(
      once(actor, key, "POST /x", {}, now, async () => {
        throw new Error("the database went away");
      }),
    ).rejects.toThrow("went away");
    expect(
      await once(actor, key, "POST /x", {}, now, async () => ({ status: 201, body: "made" })),
    ).toMatchObject({ body: "made" });
  });
});
