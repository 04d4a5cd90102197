import type { Metadata } from "next";
import { AccountPage } from "@/components/users/account-page";
import { pageActor } from "@/lib/auth/page-actor";
import { MINIMUM_PASSWORD_LENGTH } from "@/lib/auth/schema";
import { readAccount } from "@/lib/users/queries";

export const metadata: Metadata = { title: "Your account" };

export default async function Page() {
  const actor = await pageActor("account:read");
  return <AccountPage account={await readAccount(actor)} minimumLength={MINIMUM_PASSWORD_LENGTH} />;
}
