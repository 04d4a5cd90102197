"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { toast } from "@/components/ui/toaster";
import { SettingsIntro } from "@/components/users/settings-intro";
import { ApiError, errorFacts } from "@/lib/api/client";
import { gpuModelsQuery, gpuPricesKey, gpuPricesQuery, saveGpuPrices } from "@/lib/cost/client";
import { anyModel, type GpuPrices, modelKey } from "@/lib/cost/schema";

const docs = { href: "/docs/cost", label: "How cost is counted" };

/** The price of an hour of each GPU model; administrators change them. */
export function GpuPricesPage({ canEdit }: { canEdit: boolean }) {
  const prices = useQuery(gpuPricesQuery());
  return (
    <>
      <SettingsIntro title="GPU prices">
        What an hour of one GPU costs, by model. With a price the console shows what a service costs and what
        a million tokens cost; without one it shows GPU-hours.
      </SettingsIntro>
      {prices.data === undefined ? (
        prices.error ? (
          <ErrorState
            title="The prices could not be read"
            error={errorFacts(prices.error)}
            onRetry={() => void prices.refetch()}
            retrying={prices.isFetching}
          />
        ) : null
      ) : canEdit ? (
        <PricesForm key={JSON.stringify(prices.data)} prices={prices.data} />
      ) : prices.data.items.length === 0 ? (
        <EmptyState title="No prices" docs={docs}>
          An administrator sets them here.
        </EmptyState>
      ) : (
        <PricesTable prices={prices.data} />
      )}
    </>
  );
}

const modelName = (model: string) => (model === anyModel ? "Every other model" : model);

function PricesTable({ prices: { currency, items } }: { prices: GpuPrices }) {
  const money = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: currency ?? "USD",
    maximumFractionDigits: 4,
  });
  return (
    <Table label="GPU prices">
      <TableHead>
        <tr>
          <TableHeader>GPU model</TableHeader>
          <TableHeader className="text-right">Per GPU-hour</TableHeader>
        </tr>
      </TableHead>
      <TableBody>
        {items.map(({ gpuModel, pricePerHour }) => (
          <TableRow key={gpuModel}>
            <TableRowHeader>{modelName(gpuModel)}</TableRowHeader>
            <TableCell className="text-right tabular-nums">{money.format(pricePerHour)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

interface Row {
  key: number;
  gpuModel: string;
  price: string;
}

function PricesForm({ prices }: { prices: GpuPrices }) {
  const queries = useQueryClient();
  const listId = useId();
  const currencyId = useId();
  const models = useQuery(gpuModelsQuery());
  const [currency, setCurrency] = useState(prices.currency ?? "USD");
  const [rows, setRows] = useState<Row[]>(
    prices.items.map(({ gpuModel, pricePerHour }, key) => ({ key, gpuModel, price: String(pricePerHour) })),
  );
  const save = useMutation({
    mutationFn: () =>
      saveGpuPrices({
        currency: currency.trim().toUpperCase(),
        items: rows.map(({ gpuModel, price }) => ({
          gpuModel,
          // What is no number reaches the server as null, which says so beside the field.
          pricePerHour: price.trim() === "" ? Number.NaN : Number(price.replace(",", ".")),
        })),
      }),
    onSuccess: (saved) => {
      toast("Prices saved", { state: "ok" });
      queries.setQueryData(gpuPricesQuery().queryKey, saved);
      return queries.invalidateQueries({ queryKey: gpuPricesKey });
    },
  });
  const wrong = new Map(
    save.error instanceof ApiError
      ? (save.error.more.fields ?? []).map(({ path, message }) => [path, message])
      : [],
  );
  const priced = new Set(rows.map(({ gpuModel }) => modelKey(gpuModel)));
  const unpriced = (models.data?.items ?? []).filter(({ gpuModel }) => !priced.has(modelKey(gpuModel)));

  const add = (gpuModel: string) =>
    setRows([...rows, { key: Math.max(-1, ...rows.map(({ key }) => key)) + 1, gpuModel, price: "" }]);
  const change = (key: number, part: Partial<Row>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));

  return (
    <form
      noValidate
      className="grid max-w-3xl gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending) save.mutate();
      }}
    >
      <FormErrorSummary
        title="The prices were not saved"
        errors={
          save.error && wrong.size === 0
            ? [{ message: errorFacts(save.error).detail }]
            : [...wrong].map(([path, message]) => ({ fieldId: `${listId}-${path}`, message }))
        }
      />
      <Field
        id={wrong.has("currency") ? `${listId}-currency` : currencyId}
        label="Currency"
        hint="Of all prices."
        error={wrong.get("currency")}
        className="w-32"
      >
        <Input
          autoComplete="off"
          maxLength={3}
          value={currency}
          onChange={(event) => setCurrency(event.target.value)}
        />
      </Field>
      <datalist id={listId}>
        {unpriced.map(({ gpuModel }) => (
          <option key={gpuModel} value={gpuModel} />
        ))}
      </datalist>
      {rows.map(({ key, gpuModel, price }, index) => (
        <div key={key} className="grid grid-cols-[1fr_8rem_2rem] items-start gap-3">
          <Field
            id={`${listId}-items.${index}.gpuModel`}
            label="GPU model"
            error={wrong.get(`items.${index}.gpuModel`)}
          >
            <Input
              list={listId}
              autoComplete="off"
              value={gpuModel}
              onChange={(event) => change(key, { gpuModel: event.target.value })}
            />
          </Field>
          <Field
            id={`${listId}-items.${index}.pricePerHour`}
            label="Per GPU-hour"
            error={wrong.get(`items.${index}.pricePerHour`)}
          >
            <Input
              inputMode="decimal"
              autoComplete="off"
              className="text-right"
              value={price}
              onChange={(event) => change(key, { price: event.target.value })}
            />
          </Field>
          <IconButton
            label={`Remove the price of ${gpuModel || "this model"}`}
            variant="ghost"
            className="mt-6"
            onClick={() => setRows(rows.filter((row) => row.key !== key))}
          >
            <Trash2 aria-hidden />
          </IconButton>
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        {unpriced.map(({ gpuModel, gpus }) => (
          <Button key={gpuModel} size="sm" onClick={() => add(gpuModel)}>
            <Plus aria-hidden />
            {gpuModel} ({gpus} in use)
          </Button>
        ))}
        {priced.has(anyModel) ? null : (
          <Button size="sm" onClick={() => add(anyModel)}>
            <Plus aria-hidden />* for every other model
          </Button>
        )}
        <Button size="sm" onClick={() => add("")}>
          <Plus aria-hidden />
          Another model
        </Button>
      </div>
      {(models.data?.notes ?? []).map((note) => (
        <p key={note} className="text-caption text-secondary">
          {note}
        </p>
      ))}
      <div>
        <Button type="submit" variant="primary" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
