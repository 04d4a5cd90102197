import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { clientAddress, clientAddressFrom, watchPeerAddresses } from "./client-address";
import { trustedProxies } from "./trusted-proxies";

process.env.DATABASE_URL ??= "postgresql://inferscope@localhost/inferscope";

describe("clientAddressFrom", () => {
  it.each([
    ["a public peer, whatever it claims", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["what the proxy in front saw", "127.0.0.1", "198.51.100.1", "198.51.100.1"],
    [
      "the entry the proxy added, not the one the client made up",
      "10.0.0.2",
      "192.0.2.66, 198.51.100.1",
      "198.51.100.1",
    ],
    ["the client behind two proxies of ours", "10.0.0.2", "198.51.100.1, 10.0.0.7", "198.51.100.1"],
    ["a client in the private network", "10.0.0.2", "192.168.1.20", "192.168.1.20"],
    ["the peer when nothing was forwarded", "127.0.0.1", null, "127.0.0.1"],
    ["an IPv4 address written as IPv6", "::ffff:203.0.113.9", null, "203.0.113.9"],
    ["the network of an IPv6 address", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", null, "2001:db8:1:2::/64"],
    ["an IPv6 address with brackets and port", "127.0.0.1", "[2001:db8::5]:443", "2001:db8::/64"],
    ["nothing when there is no address", null, "unknown", null],
  ])("answers %s", (_name, peer, forwardedFor, expected) => {
    expect(clientAddressFrom(peer, forwardedFor, trustedProxies(undefined))).toBe(expected);
  });

  const listed = trustedProxies(["203.0.113.0/24", "2001:db8:ffff::1"]);
  it.each([
    ["what a listed public proxy saw", "203.0.113.9", "192.0.2.66, 198.51.100.1", "198.51.100.1"],
    ["the client behind two listed proxies", "203.0.113.9", "198.51.100.1, 203.0.113.200", "198.51.100.1"],
    ["what a listed IPv6 proxy saw", "2001:db8:ffff::1", "198.51.100.1", "198.51.100.1"],
    ["a listed proxy that is written as IPv6", "::ffff:203.0.113.9", "198.51.100.1", "198.51.100.1"],
    ["a private peer that is not listed, whatever it claims", "10.0.0.2", "198.51.100.1", "10.0.0.2"],
    ["a private client of a listed proxy", "203.0.113.9", "198.51.100.1, 10.0.0.2", "10.0.0.2"],
    ["the neighbour of a listed address", "2001:db8:ffff::2", "198.51.100.1", "2001:db8:ffff::/64"],
  ])("with a list, answers %s", (_name, peer, forwardedFor, expected) => {
    expect(clientAddressFrom(peer, forwardedFor, listed)).toBe(expected);
  });

  it("believes nobody with an empty list", () => {
    expect(clientAddressFrom("127.0.0.1", "198.51.100.1", trustedProxies([]))).toBe("127.0.0.1");
  });
});

describe("watchPeerAddresses", () => {
  it("notes the socket's peer for each request", async () => {
    watchPeerAddresses();
    watchPeerAddresses();
    const server = createServer((request, response) => {
      const headers = new Headers(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      response.end(clientAddress(headers));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const answer = await new Promise<string>((resolve, reject) => {
      get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }, async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve(text);
      }).on("error", reject);
    });
    server.close();
    expect(answer).toBe("127.0.0.1");
  });
});
