import { expect, it, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import type { SignalsAnswer, SignalsRequest } from "@/lib/signals/schema";
import { begun } from "./begun";

const actor = { teamId: "default" } as Actor;
const request = (end: number): SignalsRequest => ({
  start: 0,
  end,
  step: 60,
  queries: [{ id: "q0", service: "chat", signal: "ttft" }],
});

it("hands over what is answered soon, and gives up what is not after two seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), milliseconds);
    return controller.signal;
  });
  const aborted: number[] = [];
  const { queries } = begun(actor, [request(60), request(120)], (_, { end }, { signal }) => {
    signal?.addEventListener("abort", () => aborted.push(end));
    return end === 60
      ? Promise.resolve({ start: 0, end, step: 60, results: [] } satisfies SignalsAnswer)
      : new Promise<SignalsAnswer>(() => {});
  });
  const settled = Promise.allSettled(queries.map(({ promise }) => promise));
  await vi.advanceTimersByTimeAsync(2_000);
  const [soon, late] = await settled;
  expect(soon?.status).toBe("fulfilled");
  expect(late).toMatchObject({ status: "rejected", reason: { name: "AbortError" } });
  expect(aborted).toContain(120);
  timeout.mockRestore();
  vi.useRealTimers();
});
