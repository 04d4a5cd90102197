"use client";

import { useEffect, useState } from "react";
import { format } from "@/lib/units";

/** "prometheus has not answered for 12 s", counting. `since` in unix seconds. */
export function WaitingWords({ source, since }: { source: string; since: number }) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <>{`${source} has not answered for ${format(Math.max(1, Math.floor(now - since)), "seconds")}`}</>;
}
