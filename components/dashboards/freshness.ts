"use client";

import { useEffect, useState, useSyncExternalStore } from "react";

/** True once `value` has been true for `milliseconds`: what is over sooner is not announced. */
export function useLasting(value: boolean, milliseconds: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return value && isLasting;
}

/**
 * Since when a question is unanswered, unix seconds, once that has been so for `milliseconds`; undefined while it is not.
 * Another question of the same `about` does not begin anew.
 */
export function useUnanswered(
  isUnanswered: boolean,
  about: string,
  milliseconds: number,
): number | undefined {
  const [waiting, setWaiting] = useState<{ about: string; since: number }>();
  useEffect(() => {
    setWaiting(undefined);
    if (!isUnanswered) return;
    const since = Math.floor(Date.now() / 1000);
    const timer = setTimeout(() => setWaiting({ about, since }), milliseconds);
    return () => clearTimeout(timer);
  }, [isUnanswered, about, milliseconds]);
  return isUnanswered && waiting?.about === about ? waiting.since : undefined;
}

/**
 * Whether a new answer is overdue: one is due every `dueEvery` seconds (0: never), two were missed, with some time to be
 * answered. `answeredAt` in unix seconds.
 */
export function useOverdue(answeredAt: number | undefined, dueEvery: number): boolean {
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    setOverdue(false);
    if (answeredAt === undefined || dueEvery === 0) return;
    const check = () => setOverdue(isOverdue(Date.now() / 1000 - answeredAt, dueEvery));
    check();
    const timer = setInterval(check, 1_000);
    return () => clearInterval(timer);
  }, [answeredAt, dueEvery]);
  return overdue;
}

/** How old an answer may be before it is no longer judged by, where one is due every `dueEvery` seconds. Seconds. */
export const longestCurrent = (dueEvery: number): number => (dueEvery === 0 ? 0 : 2 * dueEvery + grace);

/** Seconds that an answer may take before it counts as missing. */
const grace = 5;

export const isOverdue = (ageSeconds: number, dueEvery: number): boolean =>
  dueEvery > 0 && ageSeconds > longestCurrent(dueEvery);

/**
 * False for the first picture, which must be the server's: an answer that is there before the page is alive would differ
 * from it.
 */
export const useIsAlive = (): boolean =>
  useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );

const subscribeToNothing = () => () => {};
