import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { goJson } from "./go-syntax";

/** Sends an error as Go's http.Error does: the text, a newline, text/plain, not to be sniffed. */
export function sendGoError(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end(`${body}\n`);
}

export function sendJson(response: ServerResponse, body: unknown, options: { indent?: number } = {}): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(goJson(body, options.indent));
}

/**
 * Sends a JSON document piece by piece: a search may hold more than fits one string, and a slow reader must not make
 * the store hold it all. A reader that leaves ends it.
 */
export async function streamJson(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  response.writeHead(200, { "content-type": "application/json" });
  try {
    await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 8 }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
