import { useEffect, useState } from "react";

/** What is typed counts once it has stood for so long. */
const settleMs = 500;

/** The value as it was when it last stood still for half a second. Compared as JSON. */
export function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  const signature = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [signature]);
  return settled;
}
