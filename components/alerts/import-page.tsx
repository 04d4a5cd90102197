"use client";

import { useQueryClient } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import Link from "next/link";
import { useRef, useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toaster";
import { alertRulesKey, importRuleFile } from "@/lib/alerts/client";
import type { ImportReport } from "@/lib/alerts/rule-file/schema";
import { ApiError } from "@/lib/api/client";
import { RecordedMetrics } from "./recorded-metrics";

/** Takes a rule file over: first tells what would be, then does it. What was pasted stays on errors. */
export function ImportPage({ sources }: { sources: { id: string; name: string }[] }) {
  const queries = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [content, setContent] = useState("");
  const [file, setFile] = useState("imported.yaml");
  const [source, setSource] = useState(sources[0]?.name ?? "");
  const [busy, setBusy] = useState<"check" | "import" | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [isImported, setIsImported] = useState(false);
  const [errors, setErrors] = useState<{ message: string }[]>([]);
  const missing = content.trim() === "" ? "Paste or choose a file first" : undefined;

  async function run(dryRun: boolean) {
    setBusy(dryRun ? "check" : "import");
    setErrors([]);
    try {
      const result = await importRuleFile(content, { file, source, dryRun });
      setReport(result);
      setIsImported(!dryRun);
      if (!dryRun) {
        toast(`${result.added} added, ${result.changed} changed, ${result.removed} removed`, { state: "ok" });
        await queries.invalidateQueries({ queryKey: alertRulesKey });
      }
    } catch (error) {
      const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
      setErrors(
        fields.length > 0
          ? fields.map(({ path, message }) => ({ message: `${path} ${message}` }))
          : [{ message: error instanceof ApiError ? error.detail : String(error) }],
      );
    } finally {
      setBusy(null);
    }
  }

  return (
    <>
      <p className="mb-2">
        <Link href="/alerts/rules" className="text-link hover:underline">
          Alert rules
        </Link>
      </p>
      <PageHeader
        title="Import rules"
        description="A Prometheus rule file, or PrometheusRule resources. Rules of the same file are replaced; those that are the same keep their alerts."
      />
      <div className="grid max-w-3xl grid-cols-1 gap-4">
        <FormErrorSummary title="The file was not imported" errors={errors} />
        <div>
          <Button onClick={() => picker.current?.click()}>
            <FileUp aria-hidden />
            Choose a file …
          </Button>
          <input
            ref={picker}
            type="file"
            aria-label="Rule file"
            accept=".yaml,.yml,.rules"
            className="sr-only"
            tabIndex={-1}
            onChange={async (event) => {
              const [chosen] = event.target.files ?? [];
              if (chosen === undefined) return;
              setContent(await chosen.text());
              setFile(chosen.name);
              setReport(null);
            }}
          />
        </div>
        <Field label="YAML">
          <Textarea
            value={content}
            rows={14}
            spellCheck={false}
            className="text-mono"
            placeholder={"groups:\n  - name: llm\n    rules:\n      - alert: HighErrorRate"}
            onChange={(event) => {
              setContent(event.target.value);
              setReport(null);
            }}
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name of the file" hint="Groups of the same name of file are replaced.">
            <Input value={file} onChange={(event) => setFile(event.target.value)} spellCheck={false} />
          </Field>
          <Field label="Evaluated against">
            <Select
              options={sources.map(({ name }) => ({ value: name, label: name }))}
              value={source === "" ? undefined : source}
              placeholder="No Prometheus is connected"
              onValueChange={setSource}
            />
          </Field>
        </div>
        {report === null ? null : <Report report={report} />}
        {report === null ? null : (
          <RecordedMetrics recorded={report.recorded} source={source} isImported={isImported} />
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button loading={busy === "check"} disabledReason={missing} onClick={() => void run(true)}>
            See what would change
          </Button>
          <Button
            variant="primary"
            loading={busy === "import"}
            disabledReason={missing}
            onClick={() => void run(false)}
          >
            Import
          </Button>
        </div>
      </div>
    </>
  );
}

function Report({ report }: { report: ImportReport }) {
  return (
    <div role="status" className="grid gap-2 rounded-panel border p-3">
      <p>
        {report.groups} groups, {report.alerting} alerts, {report.recording} recording rules: {report.added}{" "}
        to add, {report.changed} to change, {report.removed} to remove, {report.unchanged} the same.
        {report.mode === "observe" ? " They only observe." : null}
      </p>
      {report.problems.length === 0 ? null : (
        <ul className="grid gap-1">
          {report.problems.map(({ line, column, message }) => (
            <li key={`${line}:${column}${message}`} className="[overflow-wrap:anywhere]">
              <span className="text-mono text-secondary">{`${line}:${column}`}</span> {message}
            </li>
          ))}
        </ul>
      )}
      {report.notes.map((note) => (
        <p key={note} className="text-secondary [overflow-wrap:anywhere]">
          {note}
        </p>
      ))}
    </div>
  );
}
