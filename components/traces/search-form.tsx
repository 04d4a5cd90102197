"use client";

import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { traceOperationsQuery } from "@/lib/traces/client";
import type { TraceServices } from "@/lib/traces/schema";
import { traceHref } from "./addresses";
import type { SearchState, TypedSearch } from "./use-search";

const orders = [
  { value: "latest", label: "Latest first" },
  { value: "slowest", label: "Slowest first" },
];
const limits = ["20", "50", "100", "200"].map((value) => ({ value, label: value }));

/** What is searched for. Choices take effect at once, what is typed with Enter. */
export function SearchForm({
  search,
  services,
  service,
  failure,
  searching,
}: {
  search: SearchState;
  services: TraceServices | undefined;
  /** The name in traces that is searched, chosen or matched; empty for all. */
  service: string;
  /** What the server found wrong, by field. */
  failure: Partial<Record<keyof TypedSearch, string>>;
  searching: boolean;
}) {
  const { state, set } = search;
  const router = useRouter();
  const [typed, setTyped] = useState<TypedSearch>(pick(state));
  const [id, setId] = useState("");
  const key = JSON.stringify(pick(state));
  // The address changed: a link, or the way back.
  useEffect(() => setTyped(JSON.parse(key) as TypedSearch), [key]);
  const operations = useQuery(traceOperationsQuery(service));
  const field = (name: keyof TypedSearch) => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => {
      const { value } = event.target;
      setTyped((before) => ({ ...before, [name]: value }));
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    set(typed);
  }

  function open(event: FormEvent) {
    event.preventDefault();
    if (id.trim() !== "") router.push(traceHref(id.trim()));
  }

  const names = services?.items.map(({ name }) => name) ?? [];
  return (
    <div className="mb-4 grid gap-3 rounded-panel border bg-surface-panel p-4">
      <form onSubmit={submit} className="grid grid-cols-2 gap-3 xl:grid-cols-6">
        <Field label="Service" className="max-sm:col-span-2 xl:col-span-1">
          <Combobox
            options={[
              { value: "", label: "Every service" },
              ...(service !== "" && !names.includes(service) ? [service, ...names] : names).map((name) => ({
                value: name,
                label: name,
              })),
            ]}
            value={service}
            onValueChange={(value) => set({ service: value, operation: "", about: "" })}
            searchPlaceholder="Find a service"
          />
        </Field>
        <Field label="Operation" className="max-sm:col-span-2 xl:col-span-2">
          <Combobox
            options={[
              { value: "", label: service === "" ? "Choose a service first" : "Every operation" },
              ...[...new Set(operations.data?.items.map(({ name }) => name) ?? [])].map((name) => ({
                value: name,
                label: name,
              })),
            ]}
            disabled={service === ""}
            value={state.operation}
            onValueChange={(value) => set({ service, operation: value, about: "" })}
            searchPlaceholder="Find an operation"
          />
        </Field>
        <Field label="Tags" error={failure.tags} className="col-span-2 xl:col-span-3">
          <Input
            {...field("tags")}
            placeholder="error=true http.response.status_code=500"
            className="text-mono-body"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Field label="Shortest span" error={failure.minDuration}>
          <Input {...field("minDuration")} placeholder="such as 1.5s" autoComplete="off" />
        </Field>
        <Field label="Longest span" error={failure.maxDuration}>
          <Input {...field("maxDuration")} placeholder="such as 30s" autoComplete="off" />
        </Field>
        <Field label="Order">
          <Select
            options={orders}
            value={state.order}
            onValueChange={(value) => set({ order: value === "slowest" ? "slowest" : "latest" })}
          />
        </Field>
        <Field label="Traces at most">
          <Select
            options={limits}
            value={String(state.limit)}
            onValueChange={(value) => set({ limit: Number(value) })}
          />
        </Field>
        <div className="col-span-2 flex items-end">
          <Button type="submit" variant="primary" loading={searching} className="max-sm:w-full">
            {searching ? null : <Search aria-hidden />}
            Search
          </Button>
        </div>
      </form>
      <form onSubmit={open} className="flex flex-wrap items-center gap-2 border-t pt-3">
        <label htmlFor="trace-id" className="text-secondary">
          Or open a trace by its id
        </label>
        <Input
          id="trace-id"
          value={id}
          onChange={(event) => setId(event.target.value)}
          placeholder="32 hexadecimal digits"
          className="max-w-80 flex-1 text-mono-body"
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" disabledReason={id.trim() === "" ? "Paste an id first" : undefined}>
          Open
        </Button>
      </form>
    </div>
  );
}

const pick = ({ tags, minDuration, maxDuration }: TypedSearch): TypedSearch => ({
  tags,
  minDuration,
  maxDuration,
});
