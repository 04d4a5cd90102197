"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { servicesQuery } from "@/lib/services/client";

/** How often the list is asked while there is nothing in it, milliseconds. */
const askedEveryMs = 5_000;

/** Shows the overview as soon as the first service is found. */
export function WaitForService() {
  const router = useRouter();
  const { data } = useQuery({ ...servicesQuery(), refetchInterval: askedEveryMs });
  const isFound = (data?.items.length ?? 0) > 0;
  useEffect(() => {
    if (isFound) router.refresh();
  }, [isFound, router]);
  return null;
}
