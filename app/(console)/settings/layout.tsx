import type { ReactNode } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { pageActor } from "@/lib/auth/page-actor";
import { SettingsTabs } from "./settings-tabs";
import { settingsTabs } from "./tabs";

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const actor = await pageActor();
  return (
    <>
      <PageHeader title="Settings" className="mb-2" />
      <SettingsTabs tabs={settingsTabs(actor).map(({ href, label }) => ({ href, label }))} />
      {children}
    </>
  );
}
