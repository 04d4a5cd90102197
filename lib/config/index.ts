import "server-only";
import { type Config, parseConfig } from "./schema";

export type { Config } from "./schema";

let current: Config | undefined;

/** The configuration of this process, read from the environment once. Throws as `parseConfig` does. */
export function config(): Config {
  current ??= parseConfig(process.env);
  return current;
}

/** The address people open: INFERSCOPE_URL, or the loopback address and port of this process. */
export function publicUrl(): string {
  const { INFERSCOPE_URL, INFERSCOPE_HOST, PORT } = config();
  if (INFERSCOPE_URL !== undefined) return INFERSCOPE_URL;
  const host = INFERSCOPE_HOST === "0.0.0.0" || INFERSCOPE_HOST === "::" ? "localhost" : INFERSCOPE_HOST;
  return `http://${host.includes(":") ? `[${host}]` : host}:${PORT}`;
}

const isLoopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.");

/** Whether the console can only be reached from this machine, which is what lets the first visitor become administrator. */
export function listensOnLoopback(): boolean {
  const { INFERSCOPE_HOST, INFERSCOPE_URL } = config();
  return (
    isLoopback(INFERSCOPE_HOST) &&
    (INFERSCOPE_URL === undefined || isLoopback(new URL(INFERSCOPE_URL).hostname))
  );
}

/** The session-signing secret; `start` generates and exports one when none is given. */
export function sessionSecret(): string {
  const { INFERSCOPE_SECRET } = config();
  if (INFERSCOPE_SECRET === undefined)
    throw new Error("INFERSCOPE_SECRET is not set; the console's start sets it from the data folder.");
  return INFERSCOPE_SECRET;
}
