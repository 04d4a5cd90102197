import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AlertPage } from "@/components/alerts/alert-page";
import { findAlert } from "@/lib/alerts/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { isInferscopeError } from "@/lib/errors";

export const metadata: Metadata = { title: "Alert" };

export default async function Page({ params }: { params: Promise<{ alert: string }> }) {
  const actor = await pageActor("alerts:read");
  const { alert: id } = await params;
  const now = new Date();
  const alert = await findAlert(actor, id, now).catch((error: unknown) => {
    if (isInferscopeError(error) && error.code === "not_found") notFound();
    throw error;
  });
  return <AlertPage initial={alert} me={{ id: actor.id, name: actor.name }} now={now.toISOString()} />;
}
