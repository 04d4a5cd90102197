import type { Metadata } from "next";
import { RoleNeeded } from "@/components/shell/role-needed";
import { UsersPage } from "@/components/users/users-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { listUsers } from "@/lib/users/queries";

export const metadata: Metadata = { title: "Users" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "users:read")) return <RoleNeeded actor={actor} action="users:read" />;
  return <UsersPage initial={await listUsers(actor, { limit: 50 }, new Date())} />;
}
