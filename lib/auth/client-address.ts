import "server-only";
import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

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

/** The address in its plain form; an IPv6 one as its /64, which is what one subscriber holds. Null for no address. */
function normalize(text: string): { name: string; ours: boolean } | null {
  const trimmed = text.trim().replace(/^\[(.*)\](:\d+)?$/, "$1");
  if (!ipaddr.isValid(trimmed)) return null;
  const address = ipaddr.process(trimmed);
  const ours = ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"].includes(
    address.range(),
  );
  if (address.kind() === "ipv4") return { name: address.toString(), ours };
  const network = address.toByteArray().map((byte, index) => (index < 8 ? byte : 0));
  return { name: `${ipaddr.fromByteArray(network).toString()}/64`, ours };
}

/**
 * The address of the client behind a connection from `peer`. `X-Forwarded-For` is believed only from a loopback or
 * private peer, which is where one's own proxies stand; then its last public entry counts (proxies append what they
 * saw, so entries before it may be made up), or its first entry when all are private. Null when there is no address.
 */
export function clientAddressFrom(peer: string | null, forwardedFor: string | null): string | null {
  const nearest = peer === null ? null : normalize(peer);
  if (nearest !== null && !nearest.ours) return nearest.name;
  const hops = (forwardedFor ?? "").split(",").flatMap((part) => normalize(part) ?? []);
  const client = hops.findLast((hop) => !hop.ours) ?? hops[0] ?? nearest;
  return client?.name ?? null;
}

/** The address of a request's client, as `clientAddressFrom` decides it. */
export function clientAddress(headers: Headers_): string | null {
  const name = shared.inferscopePeerHeader;
  return clientAddressFrom(name === undefined ? null : headers.get(name), headers.get("x-forwarded-for"));
}
