import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { Unit } from "@/lib/units";
import { type LevelState, type RuleFormState, thresholdHint } from "./rule-form-state";

/** The tiers of a rule as they are typed: a severity, and a threshold where the expression is compared with one. */
export function RuleLevels({
  id,
  form,
  unit,
  isReadOnly,
  error,
  onChange,
  onFocus,
}: {
  id: string;
  form: Pick<RuleFormState, "levels" | "comparison">;
  /** Of the thresholds; null where nobody knows. */
  unit: Unit | null;
  isReadOnly: boolean;
  error: string | undefined;
  onChange: (levels: LevelState[]) => void;
  /** By the index of the level whose threshold is typed. */
  onFocus: (index: number) => void;
}) {
  const isWhole = form.comparison === "";
  const shownLevels = isWhole ? form.levels.slice(0, 1) : form.levels;
  const change = (index: number, patch: Partial<LevelState>) =>
    onChange(form.levels.map((each, at) => (at === index ? { ...each, ...patch } : each)));
  return (
    <fieldset className="grid gap-2" id={id} tabIndex={-1}>
      <legend className="mb-1 text-strong">Levels</legend>
      {error === undefined ? null : <p className="text-caption text-primary">{error}</p>}
      {shownLevels.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a level is known by its place
        <div key={index} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-2">
          <Input
            aria-label={`Severity of level ${index + 1}`}
            placeholder="severity"
            value={each.severity}
            readOnly={isReadOnly}
            onChange={(event) => change(index, { severity: event.target.value })}
          />
          {isWhole ? (
            <span />
          ) : (
            <Input
              aria-label={`Threshold of level ${index + 1}`}
              placeholder={
                unit === null ? `${form.comparison} threshold` : `${form.comparison} ${thresholdHint(unit)}`
              }
              inputMode={unit === null ? "decimal" : "text"}
              value={each.threshold}
              readOnly={isReadOnly}
              onFocus={() => onFocus(index)}
              onChange={(event) => change(index, { threshold: event.target.value })}
            />
          )}
          <IconButton
            label={`Remove level ${index + 1}`}
            disabledReason={shownLevels.length === 1 ? "One is needed" : undefined}
            onClick={() => onChange(form.levels.filter((_, at) => at !== index))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      {isWhole || isReadOnly || form.levels.length >= 5 ? null : (
        <div>
          <Button size="sm" onClick={() => onChange([...form.levels, { severity: "", threshold: "" }])}>
            <Plus aria-hidden />
            Add a level
          </Button>
        </div>
      )}
    </fieldset>
  );
}
