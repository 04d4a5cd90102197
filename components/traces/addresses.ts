import { rangeToUrl } from "@/components/ui/time-range";

/** The page of a trace, from one source where it is known, with one of its spans open. */
export function traceHref(id: string, { source, span }: { source?: string; span?: string } = {}): string {
  const parameters = new URLSearchParams();
  if (source !== undefined && source !== "") parameters.set("source", source);
  if (span !== undefined && span !== "") parameters.set("span", span);
  const text = parameters.toString();
  return `/traces/${encodeURIComponent(id)}${text === "" ? "" : `?${text}`}`;
}

/** The search for traces of a window (Unix seconds), of a service of the console where it is given. */
export function tracesHref(
  range: { from: number; to: number },
  more: { about?: string | null; signal?: string; order?: "slowest"; tags?: string } = {},
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...more, ...rangeToUrl(range) }))
    if (value) parameters.set(name, value);
  return `/traces?${parameters}`;
}
