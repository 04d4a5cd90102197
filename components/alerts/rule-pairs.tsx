import { Plus, X } from "lucide-react";
import { Button, IconButton } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { KeyValue } from "./rule-form-state";

/** Labels or annotations, a row each. */
export function RulePairs({
  id,
  title,
  hint,
  rows,
  isReadOnly,
  onChange,
}: {
  id: string;
  title: string;
  hint: string;
  rows: readonly KeyValue[];
  isReadOnly: boolean;
  onChange: (rows: KeyValue[]) => void;
}) {
  const set = (id: number, patch: Partial<KeyValue>) =>
    onChange(rows.map((row) => (row.id === id ? { ...row, ...patch } : row)));
  const one = title.toLowerCase().replace(/s$/, "");
  return (
    <fieldset className="grid gap-2" id={id} tabIndex={-1}>
      <legend className="mb-1 text-strong">
        {title} <span className="font-normal text-secondary">(optional)</span>
      </legend>
      <p className="text-caption text-secondary">{hint}</p>
      {rows.map((row, index) => (
        <div key={row.id} className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto] gap-2">
          <Input
            aria-label={`Name of ${one} ${index + 1}`}
            value={row.name}
            readOnly={isReadOnly}
            spellCheck={false}
            onChange={(event) => set(row.id, { name: event.target.value })}
          />
          <Input
            aria-label={`Value of ${one} ${index + 1}`}
            value={row.value}
            readOnly={isReadOnly}
            onChange={(event) => set(row.id, { value: event.target.value })}
          />
          <IconButton
            label={`Remove ${one} ${index + 1}`}
            onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      {isReadOnly ? null : (
        <div>
          <Button
            size="sm"
            onClick={() =>
              onChange([...rows, { id: Math.max(-1, ...rows.map(({ id }) => id)) + 1, name: "", value: "" }])
            }
          >
            <Plus aria-hidden />
            {`Add ${one === "annotation" ? "an" : "a"} ${one}`}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
