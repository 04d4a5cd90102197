"use client";

import { useEffect, useState } from "react";
import { format, THIN_SPACE } from "@/lib/units";

/** How long ago something was, whole seconds: "7 s", "1 min 4 s". */
export function waitedWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole}${THIN_SPACE}s` : format(whole, "seconds");
}

/** "prometheus has not answered for 12 s", counting. `since` in unix seconds. */
export function WaitingWords({ source, since }: { source: string; since: number }) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <>{`${source} has not answered for ${waitedWords(now - since)}`}</>;
}
