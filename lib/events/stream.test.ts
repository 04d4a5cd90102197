import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChangeEvent } from "./schema";
import { changeEventStream } from "./stream";

let announce: (event: ChangeEvent) => void = () => {};
let listening = false;
const listen = (subscriber: (event: ChangeEvent) => void) => {
  announce = subscriber;
  listening = true;
  return () => {
    listening = false;
  };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openStream(isStillAllowed: () => Promise<boolean> = async () => true) {
  const abort = new AbortController();
  const stream = changeEventStream({ signal: abort.signal, isStillAllowed, listen });
  const reader = stream.getReader();
  const read = async () => {
    const { value, done } = await reader.read();
    return done ? null : new TextDecoder().decode(value);
  };
  return { abort, reader, read };
}

describe("the stream of changes", () => {
  it("says that it is connected, then sends each change and heartbeats", async () => {
    const { read } = openStream();
    expect(await read()).toBe("retry: 2000\n\n");
    expect(await read()).toBe("event: connected\ndata: {}\n\n");
    announce({ type: "source", id: "1" });
    expect(await read()).toBe('event: change\ndata: {"type":"source","id":"1"}\n\n');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await read()).toBe(": alive\n\n");
  });

  it("ends and stops listening when the reader goes, either way", async () => {
    const first = openStream();
    first.abort.abort();
    await first.read();
    await first.read();
    expect(await first.read()).toBeNull();
    expect(listening).toBe(false);

    const second = openStream();
    expect(listening).toBe(true);
    await second.reader.cancel();
    expect(listening).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends with signed_out once the session is no longer valid", async () => {
    const { read } = openStream(async () => false);
    await read();
    await read();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await read()).toBe(": alive\n\n");
    expect(await read()).toBe("event: signed_out\ndata: {}\n\n");
    expect(await read()).toBeNull();
    expect(listening).toBe(false);
  });

  it("goes on while it cannot be said whether the session is valid", async () => {
    const { read } = openStream(async () => {
      throw new Error("the database is away");
    });
    await vi.advanceTimersByTimeAsync(30_000);
    announce({ type: "source", id: "2" });
    await read();
    await read();
    await read();
    expect(await read()).toContain('"id":"2"');
  });

  it("ends for a reader that stopped reading", () => {
    openStream();
    for (let index = 0; index < 2_000 && listening; index += 1)
      announce({ type: "source", id: String(index) });
    expect(listening).toBe(false);
  });
});
