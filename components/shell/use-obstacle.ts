"use client";

import { useEffect, useRef, useState } from "react";

/**
 * What stands in the way of every page: not known before the first answer, nothing, the console itself (it does not
 * answer), or what it says of itself (mostly that its database is away).
 */
export type Obstacle =
  | { kind: "unknown" }
  | { kind: "none" }
  | { kind: "silent" }
  | { kind: "not_ready"; reason: string };

/** Often enough that nobody need press a button, seldom enough for a database that has just come back. */
const ASK_AGAIN_MS = 5_000;
/** Longer than the console waits for its database before it says that it is away. */
const PATIENCE_MS = 4_500;

/** `before` is what it last said: while the browser has no connection left for the question, that stands. */
async function ask(stopped: AbortSignal, before: Obstacle): Promise<Obstacle> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const signal = AbortSignal.any([stopped, late]);
    const state = (await (await fetch("/health/ready", { signal })).json()) as {
      status: string;
      reason?: string;
    };
    return state.status === "ready"
      ? { kind: "none" }
      : { kind: "not_ready", reason: state.reason ?? "The console is not ready." };
  } catch {
    return late.aborted && before.kind === "not_ready" ? before : { kind: "silent" };
  }
}

/** Asks now and every five seconds, as long as it is used; `onOver` is called once nothing is in the way any more. */
export function useObstacle(onOver?: () => void): Obstacle {
  const [obstacle, setObstacle] = useState<Obstacle>({ kind: "unknown" });
  const latest = useRef(onOver);
  latest.current = onOver;
  useEffect(() => {
    const stopped = new AbortController();
    let known: Obstacle = { kind: "unknown" };
    const askNow = async () => {
      const found = await ask(stopped.signal, known);
      if (stopped.signal.aborted) return;
      setObstacle(found);
      const wasInTheWay = known.kind === "silent" || known.kind === "not_ready";
      known = found;
      if (found.kind === "none" && wasInTheWay) latest.current?.();
    };
    void askNow();
    const timer = setInterval(() => void askNow(), ASK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      stopped.abort();
    };
  }, []);
  return obstacle;
}
