import type { Metadata } from "next";
import { ReviewPage } from "@/components/alerts/review-page";
import { pageActor } from "@/lib/auth/page-actor";

export const metadata: Metadata = { title: "Weekly review" };

export default async function Page() {
  await pageActor("alerts:read");
  return <ReviewPage />;
}
