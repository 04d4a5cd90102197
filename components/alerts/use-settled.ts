import { useEffect, useMemo, useState } from "react";

/** What is typed counts once it has stood for so long. */
const settleMs = 500;

/** The value as it was when it last stood still for half a second. Compared, and kept, as JSON. */
export function useSettled<Value>(value: Value): Value {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return useMemo(() => JSON.parse(settled) as Value, [settled]);
}
