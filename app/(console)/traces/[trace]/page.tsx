import type { Metadata } from "next";
import { TracePage } from "@/components/traces/trace-page";
import { pageActor } from "@/lib/auth/page-actor";

export const metadata: Metadata = { title: "Trace" };

export default async function Page({ params }: { params: Promise<{ trace: string }> }) {
  await pageActor("traces:read");
  const { trace } = await params;
  return <TracePage id={trace} />;
}
