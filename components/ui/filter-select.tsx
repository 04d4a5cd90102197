"use client";

import type { ComponentProps } from "react";
import { Select, type SelectOption } from "./select";

/** Stands for no filter; no value of ours has a NUL, and a Radix select has no empty value. */
const ALL = "\0";

/** One of the values that something can be narrowed to, or all of them: `value` is then empty. */
export function FilterSelect({
  all,
  values,
  value,
  onValueChange,
  ...rest
}: {
  /** What no filter is called: "Any severity". */
  all: string;
  values: readonly SelectOption[];
  value: string;
  onValueChange: (value: string) => void;
} & Omit<ComponentProps<typeof Select>, "options" | "value" | "onValueChange">) {
  return (
    <Select
      options={[{ value: ALL, label: all }, ...values]}
      value={value === "" ? ALL : value}
      onValueChange={(chosen) => onValueChange(chosen === ALL ? "" : chosen)}
      {...rest}
    />
  );
}
