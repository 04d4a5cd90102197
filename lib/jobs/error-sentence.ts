import { isInferscopeError } from "@/lib/errors";

/** Longer messages are cut: one line of a table, not a log. */
const MAX_LENGTH = 1_000;

/** What an error says, for a page: our own `detail`, else the message, with its causes behind it. */
export function errorSentence(error: unknown): string {
  const sentences: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 4; depth += 1) {
    const text = isInferscopeError(at) ? at.detail : at instanceof Error ? at.message : String(at);
    if (text !== "" && !sentences.includes(text)) sentences.push(text);
    at = at instanceof Error ? at.cause : undefined;
  }
  return sentences.join(" ← ").slice(0, MAX_LENGTH) || "It failed without saying why.";
}
