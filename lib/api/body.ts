import "server-only";
import { problem } from "@/lib/errors";

/** Above this a request is refused; a route with larger bodies says so itself. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576;

/** The body as bytes, read no further than `maxBytes`. Throws `payload_too_large`. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => problem("payload_too_large", `The body may have at most ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as JSON. Throws `unsupported_media_type`, `invalid_request` or `payload_too_large`. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBody(request, maxBytes);
  if (bytes.byteLength === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/([a-z0-9.+-]+\+)?json\b/i.test(type))
    throw problem("unsupported_media_type", "Send the body as `Content-Type: application/json`.");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw problem("invalid_request", "The body is not valid JSON in UTF-8.");
  }
}
