import { describe, expect, it } from "vitest";
import { FairQueue } from "./fair-queue";

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function harness(total: number, perKey: number) {
  const queue = new FairQueue();
  const started: string[] = [];
  const releases = new Map<string, () => void>();
  const ask = (key: string, name: string, signal?: AbortSignal) => {
    const slot = queue.acquire(key, { total, perKey }, signal).then((release) => {
      started.push(name);
      releases.set(name, release);
    });
    slot.catch(() => undefined);
    return slot;
  };
  const end = async (name: string) => {
    releases.get(name)!();
    await settled();
  };
  return { queue, started, ask, end };
}

describe("a fair queue", () => {
  it("lets nobody have more slots than one key may, and leaves the rest to others", async () => {
    const { started, ask, end } = harness(3, 2);
    for (const name of ["a1", "a2", "a3", "a4"]) ask("a", name);
    await settled();
    expect(started).toEqual(["a1", "a2"]);
    ask("b", "b1");
    await settled();
    expect(started).toEqual(["a1", "a2", "b1"]);
    await end("b1");
    expect(started).toEqual(["a1", "a2", "b1"]);
    await end("a1");
    expect(started).toEqual(["a1", "a2", "b1", "a3"]);
  });

  it("serves those who wait in turns, however many one of them has queued", async () => {
    const { started, ask, end } = harness(1, 1);
    for (const name of ["a1", "a2", "a3"]) ask("a", name);
    ask("b", "b1");
    ask("b", "b2");
    ask("c", "c1");
    await settled();
    for (const name of ["a1", "b1", "c1", "a2", "b2"]) await end(name);
    expect(started).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  });

  it("forgets one that leaves while it waits, and takes no slot for it", async () => {
    const { queue, started, ask, end } = harness(1, 1);
    ask("a", "a1");
    const leaving = new AbortController();
    const left = ask("b", "b1", leaving.signal);
    ask("b", "b2");
    await settled();
    expect(queue.waiting("b")).toBe(2);
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(queue.waiting()).toBe(1);
    await end("a1");
    expect(started).toEqual(["a1", "b2"]);
    await end("b2");
    ask("c", "c1");
    await settled();
    expect(started).toEqual(["a1", "b2", "c1"]);
  });

  it("frees a slot once, however often it is given back", async () => {
    const queue = new FairQueue();
    const limits = { total: 1, perKey: 1 };
    const release = await queue.acquire("a", limits);
    release();
    release();
    await queue.acquire("a", limits);
    let isServed = false;
    void queue.acquire("b", limits).then(() => {
      isServed = true;
    });
    await settled();
    expect(isServed).toBe(false);
  });

  it("follows a limit that was raised while some wait", async () => {
    const { queue, started, ask } = harness(1, 1);
    ask("a", "a1");
    ask("b", "b1");
    await settled();
    expect(started).toEqual(["a1"]);
    await queue.acquire("c", { total: 3, perKey: 1 });
    await settled();
    expect(started).toEqual(["a1", "b1"]);
  });
});
