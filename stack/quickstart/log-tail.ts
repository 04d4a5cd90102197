import { z } from "zod";

const logLine = z.looseObject({
  msg: z.string().optional(),
  message: z.string().optional(),
  err: z.looseObject({ message: z.string().optional() }).optional(),
});

/** One line of a log as a person reads it: the message of a JSON line with its error, any other line as it is. */
export function readableLine(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const parsed = logLine.safeParse(JSON.parse(line));
    if (!parsed.success) return line;
    const { msg, message, err } = parsed.data;
    const text = [msg ?? message, err?.message]
      .filter((part) => part !== undefined && part !== "")
      .join(": ");
    return text === "" ? line : text;
  } catch {
    return line;
  }
}

/** The last `count` lines of a log that say something, oldest first. */
export function lastLines(log: string, count: number): string[] {
  return log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map(readableLine);
}
