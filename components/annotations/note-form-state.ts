import type { AnnotationInput, AnnotationView } from "@/lib/annotations/schema";

/** What is typed of a note. Times are those of `<input type="datetime-local">`, in the viewer's zone. */
export interface NoteForm {
  text: string;
  span: "moment" | "range";
  from: string;
  to: string;
  /** A service's id; empty for all services. */
  service: string;
}

/** Unix seconds as the value of an `<input type="datetime-local">` in the viewer's zone: "2026-03-01T14:03:27". */
export function localInputValue(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The instant that such a value names, RFC 3339; undefined where it names none. */
export function instantOf(localValue: string): string | undefined {
  const date = new Date(localValue);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** An empty form on a moment, or on a range where there is an end. Unix seconds. */
export const emptyNote = (at: { start: number; end?: number }, service: string): NoteForm => ({
  text: "",
  span: at.end === undefined ? "moment" : "range",
  from: localInputValue(at.start),
  to: localInputValue(at.end ?? at.start),
  service,
});

export const noteOf = ({ text, start, end, service }: AnnotationView): NoteForm => ({
  text,
  span: end === null ? "moment" : "range",
  from: localInputValue(Date.parse(start) / 1000),
  to: localInputValue(Date.parse(end ?? start) / 1000),
  service: service ?? "",
});

export type NoteProblem = { field: "text" | "from" | "to"; message: string };

/** What is sent of a form, or what is wrong with it. */
export function inputOf(form: NoteForm): { input: AnnotationInput } | { problems: NoteProblem[] } {
  const problems: NoteProblem[] = [];
  const start = instantOf(form.from);
  const end = form.span === "moment" ? null : instantOf(form.to);
  if (form.text.trim() === "") problems.push({ field: "text", message: "Say what happened" });
  if (start === undefined) problems.push({ field: "from", message: "Give a date and a time" });
  if (end === undefined) problems.push({ field: "to", message: "Give a date and a time" });
  else if (end !== null && start !== undefined && end < start)
    problems.push({ field: "to", message: "Not before the start" });
  if (problems.length > 0 || start === undefined || end === undefined) return { problems };
  return {
    input: { text: form.text.trim(), start, end, service: form.service === "" ? null : form.service },
  };
}
