import "server-only";
import { BlockList, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether an address, IPv4 in its plain form, is that of a proxy whose `X-Forwarded-For` is believed. */
export type IsProxy = (address: string) => boolean;

const family = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

/** Loopback and private networks, where one's own proxies usually stand. */
const standsInPrivateNetwork: IsProxy = (address) =>
  ["loopback", "private", "uniqueLocal", "linkLocal", "carrierGradeNat"].includes(
    ipaddr.parse(address).range(),
  );

/**
 * Who is a proxy of ours: the addresses and networks of INFERSCOPE_TRUSTED_PROXIES, which have been checked, and
 * nobody else; everyone in a private network where there is no such list.
 */
export function trustedProxies(list: readonly string[] | undefined): IsProxy {
  if (list === undefined) return standsInPrivateNetwork;
  const trusted = new BlockList();
  for (const entry of list) {
    const [address = "", prefix] = entry.split("/");
    if (prefix === undefined) trusted.addAddress(address, family(address));
    else trusted.addSubnet(address, Number(prefix), family(address));
  }
  return (address) => trusted.check(address, family(address));
}
