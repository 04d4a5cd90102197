"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { StateBadge } from "@/components/ui/state-badge";
import { runUnitTests } from "@/lib/alerts/client";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import { ApiError, errorFacts } from "@/lib/api/client";

type Result = Awaited<ReturnType<typeof runUnitTests>>;

/** Read on its own: nobody who does not test a rule needs the parsers of YAML and PromQL. */
const readTestedRule = () => import("@/lib/alerts/unit-test/tested-rule");

/** Tests of one rule in promtool's notation, run against it as it was last saved. */
export function RuleTests({ rule }: { rule: AlertRuleView }) {
  const [written, setWritten] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<
    { result: Result; error?: never } | { error: unknown; result?: never } | null
  >(null);
  const example = useQuery({
    queryKey: ["alert-rule-example-tests", rule.id, rule.version],
    queryFn: async () => (await readTestedRule()).exampleTests(rule),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const text = written ?? example.data ?? "";

  async function run() {
    setBusy(true);
    try {
      const { testsOfRule } = await readTestedRule();
      setOutcome({ result: await runUnitTests(testsOfRule(text, rule)) });
    } catch (error) {
      setOutcome({ error });
    } finally {
      setBusy(false);
    }
  }

  return (
    <section aria-label="Unit tests" className="grid max-w-3xl grid-cols-1 gap-4">
      <Field
        label="Tests"
        hint="As promtool has them. They run against this rule as it was last saved; rule_files is set for you. They are not kept: copy them to where your rules are."
      >
        <Textarea
          value={text}
          rows={18}
          spellCheck={false}
          className="text-mono"
          onChange={(event) => {
            setWritten(event.target.value);
            setOutcome(null);
          }}
        />
      </Field>
      <div className="flex flex-wrap justify-end gap-2">
        {written === null || written === example.data ? null : (
          <Button
            onClick={() => {
              setWritten(null);
              setOutcome(null);
            }}
          >
            Back to the example
          </Button>
        )}
        <Button
          variant="primary"
          loading={busy}
          disabledReason={text.trim() === "" ? "Write a test first" : undefined}
          onClick={() => void run()}
        >
          Run
        </Button>
      </div>
      {outcome === null ? null : outcome.result === undefined ? (
        <NotRun error={outcome.error} />
      ) : (
        <Outcome result={outcome.result} />
      )}
    </section>
  );
}

function NotRun({ error }: { error: unknown }) {
  const isMissing = error instanceof ApiError && error.status === 503;
  return (
    <ErrorState
      title={isMissing ? "There is no Prometheus to run tests in" : "The tests were not run"}
      error={errorFacts(error)}
      action={
        isMissing ? (
          <span className="text-secondary">
            Install the program <code className="text-mono">prometheus</code> where the console runs, or run{" "}
            <code className="text-mono">npm run test-rules -- FILE</code> where it is.
          </span>
        ) : undefined
      }
    />
  );
}

function Outcome({ result: { passed, cases, failures } }: { result: Result }) {
  return (
    <div role="status" className="grid grid-cols-1 gap-3">
      <p>
        <StateBadge state={passed ? "ok" : "failed"}>{passed ? "Passed" : "Failed"}</StateBadge>{" "}
        {cases === 0
          ? "There was nothing to check."
          : passed
            ? `${cases} ${cases === 1 ? "check" : "checks"}.`
            : `${failures.length} of what was checked is not as expected.`}
      </p>
      <ul className="grid grid-cols-1 gap-3">
        {failures.map(({ test, message, expected, got }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a result is shown whole and never changes
          <li key={index} className="grid min-w-0 grid-cols-1 gap-2 rounded-panel border p-3">
            <p className="[overflow-wrap:anywhere]">
              <span className="text-strong">{test}</span> {message}
            </p>
            {expected === null ? null : <Said name="Expected" text={expected} />}
            {got === null ? null : <Said name="Got" text={got} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Said({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <p className="mb-1 text-caption text-secondary">{name}</p>
      <CodeBlock code={text} label={name.toLowerCase()} />
    </div>
  );
}
