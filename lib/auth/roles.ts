import type { Role } from "./actor";

/** The roles, least first, each with what it lets a person do. */
export const roleWords: readonly { role: Role; label: string; may: string }[] = [
  { role: "viewer", label: "Viewer", may: "sees everything but administration" },
  {
    role: "operator",
    label: "Operator",
    may: "also changes services, notes and the like, and makes API keys",
  },
  { role: "admin", label: "Administrator", may: "also manages people, data sources and jobs" },
];

export const roleLabel = (role: Role): string => roleWords.find((words) => words.role === role)!.label;
