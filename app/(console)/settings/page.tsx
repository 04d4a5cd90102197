import { redirect } from "next/navigation";
import { pageActor } from "@/lib/auth/page-actor";
import { settingsTabs } from "./tabs";

export default async function SettingsPage() {
  redirect(settingsTabs(await pageActor())[0]!.href);
}
