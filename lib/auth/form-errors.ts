import { ApiError } from "@/lib/api/client";

/** The errors of a form: those of its fields by name, and what belongs to none of them. */
export type FormErrors = { fields: Record<string, string>; general: string | null };

/**
 * What a failed request means for a form with these fields. A field of the problem document that the form does not
 * have joins the general sentence, so that nothing is lost.
 */
export function formErrors(error: unknown, names: readonly string[]): FormErrors {
  if (error === null || error === undefined) return { fields: {}, general: null };
  if (!(error instanceof ApiError))
    return { fields: {}, general: error instanceof Error ? error.message : "This did not work. Try again." };
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const { path, message } of error.more.fields ?? []) {
    const name = path.split(".")[0]!;
    if (names.includes(name)) fields[name] ??= `Expected ${message}.`;
    else others.push(path === "" ? message : `${path}: ${message}`);
  }
  const named = Object.keys(fields).length > 0 && error.code === "invalid_request" && others.length === 0;
  return { fields, general: named ? null : [error.detail, ...others].join(" ") };
}
