"use client";

import { Select } from "@/components/ui/select";
import type { Role } from "@/lib/auth/actor";
import { roleWords } from "@/lib/auth/roles";

/** One of the roles, up to `most`. Takes what `Field` gives its control. */
export function RoleSelect({
  value,
  onValueChange,
  most = "admin",
  ...rest
}: {
  value: Role;
  onValueChange: (role: Role) => void;
  most?: Role;
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false";
}) {
  const offered = roleWords.slice(0, roleWords.findIndex((words) => words.role === most) + 1);
  return (
    <Select
      {...rest}
      options={offered.map((words) => ({ value: words.role, label: words.label }))}
      value={value}
      onValueChange={(role) => onValueChange(role as Role)}
    />
  );
}
