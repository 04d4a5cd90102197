import "server-only";
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

export type Collected = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** What {@link collect} throws for an answer that is longer than it may be. */
export class AnswerTooLong extends Error {
  constructor(readonly status: number) {
    super("the answer is too long");
  }
}

/**
 * Sends a read and returns its whole answer. undici's own `request` makes a stream of every answer, which costs more than
 * a short one itself. A connection that breaks before any answer is tried once more. Throws AnswerTooLong, the signal's
 * reason as soon as it aborts, and what undici throws.
 */
export function collect(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { signal, maxBytes, onRead }: { signal: AbortSignal; maxBytes: number; onRead: (bytes: number) => void },
): Promise<Collected> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let status: number | undefined;
    let headers: IncomingHttpHeaders = {};
    let isRepeated = false;
    let running: Dispatcher.DispatchController | undefined;
    const fail = (reason: unknown) => {
      signal.removeEventListener("abort", onAbort);
      reject(reason);
    };
    const onAbort = () => {
      fail(signal.reason);
      running?.abort(new Error("no longer wanted"));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        running = controller;
        // It waited for a connection while its caller left.
        if (signal.aborted) controller.abort(new Error("no longer wanted"));
      },
      onResponseStart(_, statusCode, given) {
        status = statusCode;
        headers = given;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        onRead(chunk.length);
        if (size <= maxBytes) chunks.push(chunk);
        else controller.abort(new AnswerTooLong(status ?? 0));
      },
      onResponseEnd() {
        signal.removeEventListener("abort", onAbort);
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
        resolve({ status: status ?? 0, headers, body });
      },
      onResponseError(_, error) {
        // A kept connection that the other side has just closed.
        if (status === undefined && !isRepeated && !signal.aborted && isBroken(error)) {
          isRepeated = true;
          dispatcher.dispatch(options, handler);
        } else fail(error);
      },
    };
    dispatcher.dispatch(options, handler);
  });
}

function isBroken(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}
