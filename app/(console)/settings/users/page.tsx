import type { Metadata } from "next";
import { UsersPage } from "@/components/users/users-page";
import { pageActor } from "@/lib/auth/page-actor";
import { listUsers } from "@/lib/users/queries";

export const metadata: Metadata = { title: "Users" };

export default async function Page() {
  const actor = await pageActor("users:read");
  return <UsersPage initial={await listUsers(actor, { limit: 50 }, new Date())} />;
}
