"use client";

import { useQuery } from "@tanstack/react-query";
import { Send, Trash2 } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { toast } from "@/components/ui/toaster";
import { alertRuleQuery, deleteAlertRule, restoreAlertRule } from "@/lib/alerts/client";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import { errorFacts } from "@/lib/api/client";
import { ruleState } from "./alert-words";
import { durationWords } from "./duration-words";
import { RuleEditor } from "./rule-editor";
import { RuleFindings } from "./rule-findings";
import { RuleHistory } from "./rule-history";
import { RuleTests } from "./rule-tests";
import { TestAlertDialog } from "./test-alert-dialog";

const tabs = ["rule", "test", "history"] as const;

/** One rule: how it stands, what it says, and who changed what. */
export function RulePage({
  initial,
  sources,
  groups,
}: {
  initial: AlertRuleView;
  sources: { id: string; name: string }[];
  groups: string[];
}) {
  const router = useRouter();
  const query = useQuery({ ...alertRuleQuery(initial.id), initialData: initial });
  const rule = query.data;
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("rule"));
  const [busy, setBusy] = useState(false);
  const [isTesting, setIsTesting] = useState(false);
  // The editor begins anew with what a restore made of the rule, never with what another person saves meanwhile.
  const [opened, setOpened] = useState({ key: 0, rule: initial });
  const { state, words } = ruleState(rule);
  const { status } = rule;

  const reopen = async () => {
    const { data } = await query.refetch();
    if (data !== undefined) setOpened(({ key }) => ({ key: key + 1, rule: data }));
  };

  async function change(work: () => Promise<unknown>, done: string, undo?: () => void) {
    setBusy(true);
    try {
      await work();
      toast(done, {
        state: "ok",
        ...(undo === undefined ? {} : { action: { label: "Undo", onClick: undo } }),
      });
      await reopen();
    } catch (error) {
      toast("It was not done", { state: "failed", description: errorFacts(error).detail });
    } finally {
      setBusy(false);
    }
  }
  const restore = () => change(() => restoreAlertRule(rule.id), `${rule.name} is back`);
  const remove = () =>
    change(
      () => deleteAlertRule(rule.id),
      `${rule.name} is deleted`,
      () => {
        void restore();
        router.refresh();
      },
    );

  return (
    <>
      <p className="mb-2">
        <Link href="/alerts/rules" className="text-link hover:underline">
          Alert rules
        </Link>
      </p>
      <PageHeader
        title={rule.name}
        state={<StateBadge state={state}>{words}</StateBadge>}
        description={
          <>
            {status.evaluatedFor === null ? (
              "Not evaluated yet"
            ) : (
              <>
                Evaluated <RelativeTime time={status.evaluatedFor} />
                {status.lateSeconds === null ? null : `, ${durationWords(status.lateSeconds)} after its time`}
              </>
            )}
            {status.series === null ? null : `, ${status.series} series`}. Group {rule.group.name}, every{" "}
            {durationWords(rule.group.interval)}.
          </>
        }
        actions={
          <>
            <ButtonLink href={`/alerts?q=${encodeURIComponent(rule.name)}&state=all`}>Its alerts</ButtonLink>
            {rule.actions.includes("test") ? (
              <Button onClick={() => setIsTesting(true)}>
                <Send aria-hidden />
                Send a test alert
              </Button>
            ) : null}
            {rule.actions.includes("delete") ? (
              <Button variant="danger" loading={busy} onClick={() => void remove()}>
                <Trash2 aria-hidden />
                Delete
              </Button>
            ) : null}
            {rule.actions.includes("restore") ? (
              <Button loading={busy} onClick={() => void restore()}>
                Restore
              </Button>
            ) : null}
          </>
        }
      />
      {status.lastError === null ? null : (
        <p
          role="alert"
          className="mb-4 rounded-panel bg-none-tint px-4 py-3 text-none-text [overflow-wrap:anywhere]"
        >
          {status.lastError}
        </p>
      )}
      {rule.group.origin === "folder" ? (
        <p className="mb-4 text-secondary">This rule stands in {rule.group.file} and is changed there.</p>
      ) : null}
      <Tabs value={tab} onValueChange={(value) => void setTab(value as (typeof tabs)[number])}>
        <TabsList aria-label="About the rule">
          <TabsTrigger value="rule">Rule</TabsTrigger>
          <TabsTrigger value="test">Test</TabsTrigger>
          <TabsTrigger value="history">History</TabsTrigger>
        </TabsList>
        <TabsContent value="rule">
          {rule.kind === "alerting" && rule.deletedAt === null ? (
            <RuleFindings
              title="Findings"
              input={{ id: rule.id }}
              canUse={rule.actions.includes("edit")}
              isQuiet
              onApplied={() => void reopen()}
            />
          ) : null}
          <RuleEditor
            key={opened.key}
            rule={opened.rule}
            sources={sources}
            groups={groups}
            isReadOnly={!rule.actions.includes("edit")}
            onSaved={() => void query.refetch()}
          />
        </TabsContent>
        <TabsContent value="test">
          <RuleTests rule={rule} />
        </TabsContent>
        <TabsContent value="history">
          <RuleHistory rule={rule} onRestored={() => void reopen()} />
        </TabsContent>
      </Tabs>
      <Dialog open={isTesting} onOpenChange={setIsTesting}>
        {isTesting ? <TestAlertDialog rule={rule} /> : null}
      </Dialog>
    </>
  );
}
