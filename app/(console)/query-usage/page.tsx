import type { Metadata } from "next";
import { QueryUsagePage } from "@/components/query-usage/query-usage-page";
import { pageActor } from "@/lib/auth/page-actor";

export const metadata: Metadata = { title: "Query usage" };

export default async function Page() {
  const actor = await pageActor("query_usage:read");
  return <QueryUsagePage seesAll={actor.role === "admin"} />;
}
