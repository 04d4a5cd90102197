import "server-only";
import pg from "pg";
import { config } from "@/lib/config";
import { log } from "@/lib/observability/log";
import { CHANNEL } from "./notify";
import { type ChangeEvent, changeEventSchema } from "./schema";

type Subscriber = (event: ChangeEvent) => void;
type Shared = { subscribers: Set<Subscriber>; client: pg.Client | null; connecting: boolean };

const holder = globalThis as unknown as { inferscopeListener?: Shared };
holder.inferscopeListener ??= { subscribers: new Set(), client: null, connecting: false };
const shared = holder.inferscopeListener;

/** Between tries to listen again after Postgres went away. */
const RECONNECT_MS = 2_000;

async function connect(): Promise<void> {
  if (shared.client !== null || shared.connecting || shared.subscribers.size === 0) return;
  shared.connecting = true;
  const client = new pg.Client({ connectionString: config().DATABASE_URL, connectionTimeoutMillis: 5_000 });
  const lost = (error?: unknown) => {
    if (shared.client === client) shared.client = null;
    if (error !== undefined) log.warn({ event: "listener_lost", error: String(error) });
    setTimeout(() => void connect(), RECONNECT_MS).unref();
  };
  client.on("error", lost);
  client.on("end", () => lost());
  client.on("notification", (message) => {
    if (message.payload === undefined) return;
    const event = changeEventSchema.safeParse(JSON.parse(message.payload));
    if (event.success) for (const subscriber of shared.subscribers) subscriber(event.data);
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    shared.client = client;
  } catch (error) {
    client.removeAllListeners("end");
    void client.end().catch(() => {});
    lost(error);
  } finally {
    shared.connecting = false;
  }
}

/** Calls `subscriber` for each change announced from now on, over one connection a process; returns the way to stop. */
export function subscribe(subscriber: Subscriber): () => void {
  shared.subscribers.add(subscriber);
  void connect();
  return () => {
    shared.subscribers.delete(subscriber);
  };
}
