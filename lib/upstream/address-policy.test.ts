import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { assertHostAllowed, guardedLookup, isMetadataAddress, RefusedAddressError } from "./address-policy";

describe("isMetadataAddress", () => {
  it.each([
    "169.254.169.254",
    "169.254.0.1",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "not an address",
  ])("%s is one", (address) => {
    expect(isMetadataAddress(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "10.0.0.5",
    "192.168.1.1",
    "172.17.0.2",
    "8.8.8.8",
    "::1",
    "fd00::1",
    "64:ff9b::808:808",
    "100.64.0.1",
  ])("%s is none", (address) => {
    expect(isMetadataAddress(address)).toBe(false);
  });
});

describe("assertHostAllowed", () => {
  it.each([
    "http://169.254.169.254/",
    // The URL parser turns all of these into the same address.
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://metadata.google.internal/",
    "http://METADATA.google.internal./",
    "http://instance-data/",
  ])("refuses %s", (url) => {
    expect(() => assertHostAllowed(new URL(url).hostname)).toThrow(RefusedAddressError);
  });

  it.each([
    "http://prometheus:9090/",
    "http://127.0.0.1:9090/",
    "http://[::1]:9090/",
    "https://metadata.example.com/",
  ])("lets %s pass", (url) => {
    expect(() => assertHostAllowed(new URL(url).hostname)).not.toThrow();
  });
});

describe("guardedLookup", () => {
  const answering = (...addresses: string[]) =>
    guardedLookup((_host, _options, callback) =>
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })),
      ),
    );
  const resolve = (lookup: ReturnType<typeof guardedLookup>, all: boolean) =>
    new Promise((done, fail) =>
      lookup("name", { all }, (error, address, family) => (error ? fail(error) : done([address, family]))),
    );

  it("hands the checked addresses to the socket, in both of its forms", async () => {
    expect(await resolve(answering("10.0.0.5", "fd00::1"), true)).toEqual([
      [
        { address: "10.0.0.5", family: 4 },
        { address: "fd00::1", family: 6 },
      ],
      undefined,
    ]);
    expect(await resolve(answering("10.0.0.5"), false)).toEqual(["10.0.0.5", 4]);
  });

  it("refuses a name when any of its addresses is a metadata service", async () => {
    await expect(resolve(answering("10.0.0.5", "169.254.169.254"), true)).rejects.toThrow(
      "name resolves to 169.254.169.254",
    );
    await expect(resolve(answering("fe80::1"), false)).rejects.toBeInstanceOf(RefusedAddressError);
  });

  it("passes on that a name does not resolve", async () => {
    const failing = guardedLookup((_host, _options, callback) =>
      callback(Object.assign(new Error("no"), { code: "ENOTFOUND" }), []),
    );
    await expect(resolve(failing, true)).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(resolve(answering(), false)).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});
