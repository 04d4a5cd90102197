import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Names by which clouds hand out credentials to whoever asks from inside. */
const METADATA_NAMES = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

/**
 * Addresses of the same services outside the link-local ranges: AWS over IPv6, Google over IPv6, Alibaba,
 * Oracle, and Azure's wire server.
 */
const METADATA_ADDRESSES = new Set(
  ["fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"].map((text) =>
    ipaddr.parse(text).toNormalizedString(),
  ),
);

/** The error of a connection that the policy stopped; `code` sets it apart from the system's own. */
export class RefusedAddressError extends Error {
  readonly code = "ERR_REFUSED_ADDRESS";
}

/**
 * Says whether an IP address is link-local or a cloud's metadata service. IPv4 inside IPv6 (mapped, NAT64,
 * 6to4) is looked at as IPv4. Text that is no address is refused too.
 */
export function isMetadataAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return true;
  const address = embeddedIpv4(ipaddr.process(text));
  return address.range() === "linkLocal" || METADATA_ADDRESSES.has(address.toNormalizedString());
}

/** Throws RefusedAddressError when a URL's host is, by name or as a literal address, a metadata service. */
export function assertHostAllowed(hostname: string): void {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (METADATA_NAMES.has(host)) throw new RefusedAddressError(`${host} is a cloud metadata service`);
  // Node does not look up a literal address, so the lookup below would never see it.
  if (isIP(host) !== 0 && isMetadataAddress(host)) {
    throw new RefusedAddressError(`${host} is a link-local or cloud metadata address`);
  }
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
type Lookup = (
  hostname: string,
  options: LookupOptions,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Returns a `lookup` for sockets that refuses metadata addresses. It runs as the connection is made and hands
 * the checked addresses to it, so a name cannot answer differently to the check and to the connection.
 */
export function guardedLookup(lookup: Lookup = systemLookup as Lookup) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const refused = addresses.find(({ address }) => isMetadataAddress(address));
      if (refused) {
        const reason = `${hostname} resolves to ${refused.address}, a link-local or cloud metadata address`;
        return callback(new RefusedAddressError(reason), []);
      }
      if (options.all) return callback(null, addresses);
      const first = addresses[0];
      if (!first)
        return callback(Object.assign(new Error(`no address for ${hostname}`), { code: "ENOTFOUND" }), []);
      callback(null, first.address, first.family);
    });
  };
}

type Address = ReturnType<typeof ipaddr.process>;

function embeddedIpv4(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  // NAT64 (RFC 6052) holds the IPv4 address in the last four bytes, 6to4 (RFC 3056) after its first two.
  if (address.range() === "rfc6052") return ipaddr.fromByteArray(bytes.slice(12));
  if (address.range() === "6to4") return ipaddr.fromByteArray(bytes.slice(2, 6));
  return address;
}
