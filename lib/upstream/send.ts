import "server-only";
import { rootCertificates } from "node:tls";
import { Agent, request } from "undici";
import { problem } from "@/lib/errors";
import type { Seconds } from "@/lib/units";
import { assertHostAllowed, guardedLookup } from "./address-policy";
import { KIND_NAMES, type UpstreamTarget } from "./target";
import { connectionError, statusError, UpstreamError } from "./upstream-error";

const CONNECT_TIMEOUT_MS = 5_000;
/** What is kept of an answer; it goes on a page. */
const MAX_ANSWER_BYTES = 16 * 1024;

export type Sending = {
  url: URL;
  method: "POST" | "DELETE";
  headers: Record<string, string>;
  body?: string;
  /** PEM certificates trusted beside the system's. */
  ca?: string;
  allowMetadataAddresses: boolean;
  /** For everything, connecting included. */
  timeout: Seconds;
  signal?: AbortSignal;
};

export type Sent = { status: number /** Cut after 16 KiB. */; body: string; location: string | undefined };

/** What rejects a sending that took longer than it may; `code` is what undici's own time-outs carry. */
class SendingTimedOut extends Error {
  readonly code = "UND_ERR_HEADERS_TIMEOUT";
}

/**
 * Sends a request that changes something elsewhere, once, over a connection of its own, and returns the answer whatever
 * its status. Redirects are not followed. Rejects with what undici, the socket, TLS or the address policy threw; with
 * the code of a time-out when `timeout` has passed; with the signal's reason when the caller aborts. A kept connection
 * that breaks leaves open whether the request arrived, so none is kept, and nothing is tried twice.
 */
export async function sendOnce(sending: Sending): Promise<Sent> {
  const { url, method, headers, body, ca, allowMetadataAddresses, timeout, signal } = sending;
  signal?.throwIfAborted();
  if (!allowMetadataAddresses) assertHostAllowed(url.hostname);
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(allowMetadataAddresses ? {} : { lookup: guardedLookup() }),
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    },
  });
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new SendingTimedOut("no answer in time")), timeout * 1000);
  const onAbort = () => abort.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const response = await request(url, {
      dispatcher: agent,
      method,
      headers: { "user-agent": "inferscope", ...headers },
      body: body ?? null,
      signal: abort.signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) {
        response.body.destroy();
        break;
      }
    }
    return {
      status: response.statusCode,
      body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString("utf8"),
      location: [response.headers.location].flat()[0],
    };
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    await agent.destroy().catch(() => undefined);
  }
}

/** Everything that we may change in another system that is a data source. */
const WRITES: Readonly<
  Record<UpstreamTarget["kind"], readonly { method: Sending["method"]; path: RegExp }[]>
> = {
  // The ruler of Mimir, Cortex and the like: a group of rules in a namespace.
  prometheus: [{ method: "POST", path: /^\/config\/v1\/rules\/[^/?#]+$/ }],
  jaeger: [],
  alertmanager: [
    { method: "POST", path: /^\/api\/v2\/alerts$/ },
    { method: "POST", path: /^\/api\/v2\/silences$/ },
    { method: "DELETE", path: /^\/api\/v2\/silence\/[^/?#]+$/ },
  ],
};

/** Beyond it the other side is as good as away, and what is sent is sent again. */
const DEFAULT_TIMEOUT: Seconds = 10;

/**
 * Changes something in a data source and returns its 2xx answer as text. Throws UpstreamError as `requestUpstream` does,
 * `invalid_request` for a path that is not on the list of writes, and the signal's reason when the caller aborts. Sent
 * once: what may be repeated safely is for the caller to say.
 */
export async function writeUpstream(
  target: UpstreamTarget,
  asked: {
    method: Sending["method"];
    path: string;
    json?: unknown;
    /** YAML that is sent as it is in the place of `json`. */
    yaml?: string;
    timeout?: Seconds;
    signal?: AbortSignal;
  },
): Promise<string> {
  const { method, path, json, yaml, timeout = DEFAULT_TIMEOUT, signal } = asked;
  const isListed = WRITES[target.kind].some((write) => write.method === method && write.path.test(path));
  const url = URL.canParse(target.url) ? new URL(target.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UpstreamError(
      target,
      "invalid_url",
      `The address of this ${KIND_NAMES[target.kind]} is not an http or https URL.`,
    );
  const headers: Record<string, string> = { accept: "application/json" };
  if (url.username !== "" || url.password !== "") {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    url.username = "";
    url.password = "";
  }
  const full = `${url.pathname.replace(/\/+$/, "")}${path}`;
  url.pathname = full;
  // The parser resolves `..` and `%2e%2e`: if the path changed, it is not the one that was allowed.
  if (!isListed || url.pathname !== full)
    throw problem(
      "invalid_request",
      `${method} ${path} is not among the changes allowed of ${KIND_NAMES[target.kind]}.`,
    );
  for (const [name, value] of Object.entries(target.headers)) headers[name.toLowerCase()] = value;
  if (json !== undefined) headers["content-type"] = "application/json";
  if (yaml !== undefined) headers["content-type"] = "application/yaml";
  let answer: Sent;
  try {
    answer = await sendOnce({
      url,
      method,
      headers,
      body: yaml ?? (json === undefined ? undefined : JSON.stringify(json)),
      ca: target.ca,
      allowMetadataAddresses: target.allowMetadataAddresses ?? false,
      timeout,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw connectionError(target, error);
  }
  if (answer.status < 200 || answer.status > 299)
    throw statusError(target, answer.status, answer.body, answer.location);
  return answer.body;
}

/** A sentence on why a sending did not reach `where` (scheme, host and port): what to look at. */
export function sendingProblem(error: unknown, where: string): string {
  // The sentences of a data source name its kind and address; here there is only the address.
  const target: UpstreamTarget = { id: "sink", kind: "alertmanager", url: where, headers: {} };
  return connectionError(target, error)
    .detail.replaceAll(`${KIND_NAMES.alertmanager} at ${where}`, where)
    .replaceAll(KIND_NAMES.alertmanager, "the receiver")
    .replace("add it as the source's own CA", "have it signed by an authority that is trusted here")
    .replace("add that CA to the source", "have it signed by one that is");
}
