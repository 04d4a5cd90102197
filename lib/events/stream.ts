import "server-only";
import { subscribe } from "./listener";
import type { ChangeEvent } from "./schema";

/** Below the 60 s after which usual proxies cut a silent connection. */
const HEARTBEAT_MS = 20_000;
/** How long a stream may outlive the session or key it was opened with. */
const CHECK_MS = 30_000;
/** A reader who is further behind than this has stopped reading; the stream ends and the browser opens a new one. */
const MAX_QUEUED_CHUNKS = 1_000;

const encoder = new TextEncoder();

/** One event in the format of the HTML standard, section 9.2 (server-sent events). */
export const eventChunk = (name: string, data: unknown): Uint8Array =>
  encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);

export type EventStreamOptions = {
  /** Ends the stream: the reader has gone. */
  signal: AbortSignal;
  /**
   * Whether who opened the stream may still read it; asked every 30 seconds. False ends it with the event
   * `signed_out`; a rejection (the database is away) is taken as "cannot say", and the stream goes on.
   */
  isStillAllowed: () => Promise<boolean>;
  heartbeatMs?: number;
  checkMs?: number;
  /** Where changes come from. */
  listen?: (subscriber: (event: ChangeEvent) => void) => () => void;
};

/** The body of a server-sent event stream: `change` events with `{type, id}`, and comments as heartbeats. */
export function changeEventStream({
  signal,
  isStillAllowed,
  heartbeatMs = HEARTBEAT_MS,
  checkMs = CHECK_MS,
  listen = subscribe,
}: EventStreamOptions): ReadableStream<Uint8Array> {
  let end = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (chunk: Uint8Array) => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) < 0) end();
        };
        const unsubscribe = listen((event) => send(eventChunk("change", event)));
        const heartbeat = setInterval(() => send(encoder.encode(": alive\n\n")), heartbeatMs);
        const check = setInterval(async () => {
          const allowed = await isStillAllowed().catch(() => true);
          if (allowed || ended) return;
          send(eventChunk("signed_out", {}));
          end();
        }, checkMs);
        let ended = false;
        end = () => {
          if (ended) return;
          ended = true;
          unsubscribe();
          clearInterval(heartbeat);
          clearInterval(check);
          signal.removeEventListener("abort", end);
          try {
            controller.close();
          } catch {
            // The reader cancelled, which closed it already.
          }
        };
        signal.addEventListener("abort", end, { once: true });
        if (signal.aborted) return end();
        // Tells the browser at once that it is connected, and to come back two seconds after a loss.
        send(encoder.encode("retry: 2000\n\n"));
        send(eventChunk("connected", {}));
      },
      cancel() {
        end();
      },
    },
    new CountQueuingStrategy({ highWaterMark: MAX_QUEUED_CHUNKS }),
  );
}
