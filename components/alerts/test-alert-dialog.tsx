"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageState, responseText } from "@/components/notifications/notification-state";
import { Button } from "@/components/ui/button";
import { Code } from "@/components/ui/code-block";
import { DialogClose, DialogContent } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import { severityRank } from "@/lib/alerts/severity";
import { errorFacts } from "@/lib/api/client";
import { channelsKey, messagesKey, testAlertRule } from "@/lib/notifications/client";
import type { TestAlertView } from "@/lib/notifications/schema";
import { severityWords } from "./alert-words";

/** Sends a test of a rule to who would be told of it, and shows what came back from each. Use inside `Dialog`. */
export function TestAlertDialog({ rule }: { rule: AlertRuleView }) {
  const queries = useQueryClient();
  const levels = rule.levels
    .map(({ severity }) => severity)
    .sort((a, b) => severityRank(a) - severityRank(b));
  const [level, setLevel] = useState("0");
  const [isBusy, setIsBusy] = useState(false);
  const [result, setResult] = useState<TestAlertView | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function send() {
    setIsBusy(true);
    setFailure(null);
    try {
      setResult(await testAlertRule(rule.id, { severity: levels[Number(level)] }));
    } catch (error) {
      setResult(null);
      setFailure(error);
    } finally {
      setIsBusy(false);
    }
    await Promise.all([
      queries.invalidateQueries({ queryKey: messagesKey }),
      queries.invalidateQueries({ queryKey: channelsKey }),
    ]);
  }

  return (
    <DialogContent
      title="Send a test alert"
      description={`${rule.name} goes out now, marked as a test, to everyone who would be told of a real one.`}
      footer={
        <>
          <DialogClose asChild>
            <Button>{result === null ? "Cancel" : "Close"}</Button>
          </DialogClose>
          <Button variant="primary" loading={isBusy} onClick={() => void send()}>
            {result === null ? "Send" : "Send again"}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {levels.length > 1 ? (
          <Field label="Level">
            <Select
              options={levels.map((severity, index) => ({
                value: String(index),
                label: severityWords(severity),
              }))}
              value={level}
              onValueChange={(value) => {
                setLevel(value);
                setResult(null);
              }}
            />
          </Field>
        ) : null}
        {failure === null ? null : (
          <ErrorState title="The test was not sent" error={errorFacts(failure)} onRetry={() => void send()} />
        )}
        <div role="status">{result === null ? null : <Told result={result} />}</div>
      </div>
    </DialogContent>
  );
}

function Told({ result: { messages, labels, notes } }: { result: TestAlertView }) {
  return (
    <div className="grid gap-3">
      {messages.length === 0 ? (
        <p>
          <StateBadge state="warning">Nobody would be told</StateBadge> The policy names no channel for these
          labels. It is under{" "}
          <a href="/settings/notifications" className="text-link hover:underline">
            Settings → Notifications
          </a>
          .
        </p>
      ) : (
        <ul className="grid gap-2 rounded-panel border p-3">
          {messages.map((message) => {
            const { state, words } = messageState(message);
            return (
              <li key={message.id} className="grid gap-0.5">
                <span className="flex flex-wrap items-center gap-2">
                  <StateBadge state={state}>{message.state === "failed" ? "Not taken" : words}</StateBadge>
                  <span className="text-strong">{message.channel.name}</span>
                </span>
                <span className="text-caption text-secondary [overflow-wrap:anywhere]">
                  {responseText(message) ?? "Nothing came back yet."}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <div className="grid gap-1">
        <p className="text-caption text-secondary">Routed by</p>
        <span className="flex flex-wrap gap-1">
          {Object.entries(labels).map(([name, value]) => (
            <Code key={name}>{`${name}="${value}"`}</Code>
          ))}
        </span>
      </div>
      {notes.map((note) => (
        <p key={note} className="text-caption text-secondary">
          {note}
        </p>
      ))}
    </div>
  );
}
