import "server-only";
import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";
import { config } from "@/lib/config";
import { type IsProxy, trustedProxies } from "./trusted-proxies";

const shared = globalThis as unknown as { inferscopePeerHeader?: string };

/**
 * Notes the peer of each request's socket in a header, since a route handler cannot see the socket and Next keeps an
 * `X-Forwarded-For` that a client made up. The header's name is random, so that no client can send it. Holds from the
 * next request on; calling it again does nothing.
 */
export function watchPeerAddresses(): void {
  if (shared.inferscopePeerHeader !== undefined) return;
  const name = `x-inferscope-peer-${randomBytes(16).toString("hex")}`;
  shared.inferscopePeerHeader = name;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[name] = request.socket.remoteAddress ?? "";
  });
}

type Headers_ = { get(name: string): string | null };

/** An address in its plain form, with the name it is counted by: an IPv6 one's /64, which is what one subscriber holds. */
function normalize(text: string): { plain: string; name: string } | null {
  const trimmed = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1");
  if (!ipaddr.isValid(trimmed)) return null;
  const address = ipaddr.process(trimmed);
  const plain = address.toString();
  if (address.kind() === "ipv4") return { plain, name: plain };
  const network = address.toByteArray().map((byte, index) => (index < 8 ? byte : 0));
  return { plain, name: `${ipaddr.fromByteArray(network).toString()}/64` };
}

/**
 * The address of the client behind a connection from `peer`. `X-Forwarded-For` is believed only from a proxy of ours;
 * then its last entry that is none of them counts (proxies append what they saw, so entries before it may be made up),
 * or its first entry when all are. Null when there is no address.
 */
export function clientAddressFrom(
  peer: string | null,
  forwardedFor: string | null,
  isProxy: IsProxy,
): string | null {
  const nearest = peer === null ? null : normalize(peer);
  if (nearest !== null && !isProxy(nearest.plain)) return nearest.name;
  const hops = (forwardedFor ?? "").split(",").flatMap((part) => normalize(part) ?? []);
  const client = hops.findLast((hop) => !isProxy(hop.plain)) ?? hops[0] ?? nearest;
  return client?.name ?? null;
}

let isProxy: IsProxy | undefined;

/** The address of a request's client, as `clientAddressFrom` decides it. */
export function clientAddress(headers: Headers_): string | null {
  isProxy ??= trustedProxies(config().INFERSCOPE_TRUSTED_PROXIES);
  const name = shared.inferscopePeerHeader;
  const peer = name === undefined ? null : headers.get(name);
  return clientAddressFrom(peer, headers.get("x-forwarded-for"), isProxy);
}
