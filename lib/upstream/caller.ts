import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";

/** On whose behalf another system is asked: slots are shared out and costs are counted by it. */
export type Caller = {
  type: "user" | "api_key" | "system";
  id: string;
  /** As a page shows it. */
  name: string;
  teamId: string;
};

/** Whoever asks outside a request: discovery, checks, what is read ahead. */
const BACKGROUND: Caller = { type: "system", id: "console", name: "the console itself", teamId: "default" };

// On globalThis, because the server's bundles may each hold a copy of this module, and one sets what another reads.
const SHARED = Symbol.for("inferscope.caller");
const holder = globalThis as typeof globalThis & { [SHARED]?: AsyncLocalStorage<Caller> };
holder[SHARED] ??= new AsyncLocalStorage();
const storage = holder[SHARED];

/** Runs `work` so that what it asks of other systems, now and later, counts as asked by `caller`. */
export const onBehalfOf = <Result>({ type, id, name, teamId }: Caller, work: () => Result): Result =>
  storage.run({ type, id, name, teamId }, work);

/** Who asks: the caller of the request around this call, or the console itself. */
export const currentCaller = (): Caller => storage.getStore() ?? BACKGROUND;

/** The caller as one text, for maps. */
export const callerKey = ({ type, id }: Pick<Caller, "type" | "id">): string => `${type}:${id}`;
