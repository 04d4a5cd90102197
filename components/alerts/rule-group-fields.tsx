import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { alertRulesQuery } from "@/lib/alerts/client";
import { durationWords } from "./duration-words";
import type { RuleFormState } from "./rule-form-state";

/** Where a rule stands, and when it is evaluated: with its group, which it shares its interval with. */
export function RuleGroupFields({
  form,
  isNew,
  interval,
  ruleId,
  groups,
  sources,
  fieldId,
  errorOf,
  onChange,
}: {
  form: Pick<RuleFormState, "group" | "source" | "interval">;
  isNew: boolean;
  /** Seconds, of the group that it is in; null for a new rule. */
  interval: number | null;
  ruleId: string | null;
  groups: readonly string[];
  sources: readonly { id: string; name: string }[];
  fieldId: (path: string) => string;
  errorOf: (path: string) => string | undefined;
  onChange: (patch: Partial<RuleFormState>) => void;
}) {
  const listId = useId();
  const group = form.group.trim();
  const isKnown = groups.includes(group);
  const others = useQuery({
    ...alertRulesQuery({ q: "", state: "", group, source: form.source, deleted: "" }, null),
    enabled: group !== "" && (!isNew || isKnown),
    // Those of another group would be named as if they were of this one.
    placeholderData: undefined,
  });
  const named = (others.data?.items ?? []).filter(({ id }) => id !== ruleId);
  const seconds = interval ?? named[0]?.group.interval ?? null;
  // A name that is known may be of another Prometheus.
  const isMade = isNew && !(isKnown && (others.isPending || named.length > 0));
  return (
    <>
      <Field
        label="Group"
        hint={isNew ? "Rules of a group are evaluated together." : "It stays in its group."}
        error={errorOf("group")}
        id={fieldId("group")}
      >
        <Input
          value={form.group}
          list={listId}
          readOnly={!isNew}
          onChange={(event) => onChange({ group: event.target.value })}
        />
      </Field>
      <datalist id={listId}>
        {groups.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field label="Evaluated against" error={errorOf("source")} id={fieldId("source")}>
        <Select
          options={sources.map(({ name }) => ({ value: name, label: name }))}
          value={form.source === "" ? undefined : form.source}
          disabled={!isNew}
          placeholder="No Prometheus is connected"
          onValueChange={(source) => onChange({ source })}
        />
      </Field>
      {isMade ? (
        <Field
          label="Interval"
          optional
          hint="Of the new group: how often its rules are evaluated, at least every second. Empty is a minute."
          error={errorOf("interval")}
          id={fieldId("interval")}
        >
          <Input
            value={form.interval}
            placeholder="1m"
            onChange={(event) => onChange({ interval: event.target.value })}
          />
        </Field>
      ) : seconds === null ? null : (
        <div className="grid content-start gap-1">
          <span className="text-strong">Interval</span>
          <p className="[overflow-wrap:anywhere]">
            Every {durationWords(seconds)}
            {named.length === 0
              ? ", alone in its group"
              : `, which it shares with ${nameList(
                  named.map(({ name }) => name),
                  (others.data?.total ?? named.length + 1) - (isNew ? 0 : 1),
                )}`}
            .
          </p>
        </div>
      )}
    </>
  );
}

const mostNamed = 5;

/** The first names, and how many more there are. */
function nameList(names: readonly string[], all: number): string {
  const shown = names.slice(0, mostNamed);
  const more = Math.max(0, all - shown.length);
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}
