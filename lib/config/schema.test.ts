import { describe, expect, it } from "vitest";
import { parseConfig } from "./schema";

const minimal = { DATABASE_URL: "postgresql://inferscope@localhost/inferscope" };

describe("parseConfig", () => {
  it("fills in defaults and ignores what is not ours", () => {
    const config = parseConfig({ ...minimal, PATH: "/bin", PROMETHEUS_URL: "" });
    expect(config).toMatchObject({
      PORT: 3000,
      INFERSCOPE_ROLE: "all",
      INFERSCOPE_HOST: "127.0.0.1",
    });
    expect(config.PROMETHEUS_URL).toBeUndefined();
    expect(config).not.toHaveProperty("PATH");
  });

  it("takes trailing slashes off addresses and splits lists", () => {
    const config = parseConfig({
      ...minimal,
      PROMETHEUS_URL: "http://prometheus:9090/base//",
      OIDC_ISSUER: "https://issuer.example.com",
      OIDC_CLIENT_ID: "console",
      OIDC_CLIENT_SECRET: "secret",
      OIDC_ALLOWED_DOMAINS: "example.com, example.org,",
    });
    expect(config.PROMETHEUS_URL).toBe("http://prometheus:9090/base");
    expect(config.OIDC_ALLOWED_DOMAINS).toEqual(["example.com", "example.org"]);
  });

  it("tells a list of trusted proxies from none of them and from no list", () => {
    const proxies = (value: string) =>
      parseConfig({ ...minimal, INFERSCOPE_TRUSTED_PROXIES: value }).INFERSCOPE_TRUSTED_PROXIES;
    expect(proxies("10.0.0.0/8, 2001:db8::1")).toEqual(["10.0.0.0/8", "2001:db8::1"]);
    expect(proxies("none")).toEqual([]);
    expect(proxies("")).toBeUndefined();
    for (const wrong of ["proxy.example", "10.0.0.0/33", "10.0.0.1/", "fe80::1%eth0", "10.0.0.1, none", ","])
      expect(() => proxies(wrong)).toThrow(/INFERSCOPE_TRUSTED_PROXIES: expected addresses and networks/);
  });

  it("reads limits of queries in seconds and whole numbers", () => {
    const config = parseConfig({
      ...minimal,
      INFERSCOPE_QUERY_TIMEOUT: "45s",
      INFERSCOPE_QUERY_MAX_RANGE: "90d",
      INFERSCOPE_QUERY_MAX_SERIES: "500",
    });
    expect(config).toMatchObject({
      INFERSCOPE_QUERY_TIMEOUT: 45,
      INFERSCOPE_QUERY_MAX_RANGE: 90 * 86_400,
      INFERSCOPE_QUERY_MAX_SERIES: 500,
      INFERSCOPE_QUERY_CONCURRENCY: 16,
    });
  });

  it.each([
    [{}, "DATABASE_URL", "PostgreSQL URL"],
    [{ ...minimal, INFERSCOPE_QUERY_TIMEOUT: "soon" }, "INFERSCOPE_QUERY_TIMEOUT", "a duration such as 30s"],
    [{ ...minimal, INFERSCOPE_QUERY_TIMEOUT: "0" }, "INFERSCOPE_QUERY_TIMEOUT", "a duration such as 30s"],
    [{ ...minimal, INFERSCOPE_QUERY_MAX_POINTS: "0" }, "INFERSCOPE_QUERY_MAX_POINTS", "at least 1"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL", "PostgreSQL URL"],
    [{ ...minimal, PORT: "99999" }, "PORT", "1 to 65535"],
    [{ ...minimal, PORT: "http" }, "PORT", "1 to 65535"],
    [{ ...minimal, INFERSCOPE_ROLE: "both" }, "INFERSCOPE_ROLE", "web, worker or all"],
    [{ ...minimal, PROMETHEUS_URL: "prometheus:9090" }, "PROMETHEUS_URL", "http://prometheus:9090"],
    [{ ...minimal, PROMETHEUS_URL: "http://ada:50%off@prometheus" }, "PROMETHEUS_URL", "written as %25"],
    [{ ...minimal, JAEGER_URL: "http://jaeger:16686/#/search" }, "JAEGER_URL", "from # on"],
    [{ ...minimal, INFERSCOPE_API_KEY: "short" }, "INFERSCOPE_API_KEY", "32 characters"],
    [{ ...minimal, INFERSCOPE_API_KEY: `isk ${"x".repeat(40)}` }, "INFERSCOPE_API_KEY", "no spaces"],
    [{ ...minimal, INFERSCOPE_API_KEY: `${"x".repeat(40)}\n` }, "INFERSCOPE_API_KEY", "no spaces"],
    [
      {
        ...minimal,
        INFERSCOPE_ADMIN_EMAIL: "admin@example.com",
        INFERSCOPE_ADMIN_PASSWORD: "x".repeat(257),
      },
      "INFERSCOPE_ADMIN_PASSWORD",
      "at most 256 characters",
    ],
    [{ ...minimal, INFERSCOPE_URL: "https://example.com/inferscope" }, "INFERSCOPE_URL", "without a path"],
    [
      { ...minimal, INFERSCOPE_ADMIN_EMAIL: "admin@example.com" },
      "INFERSCOPE_ADMIN_PASSWORD",
      "both or neither",
    ],
    [{ ...minimal, INFERSCOPE_ENCRYPTION_KEY: "abc" }, "INFERSCOPE_ENCRYPTION_KEY", "base64"],
    [{ ...minimal, INFERSCOPE_ENCRYPTION_KEY: "=".repeat(44) }, "INFERSCOPE_ENCRYPTION_KEY", "base64"],
    [{ ...minimal, OIDC_CLIENT_ID: "console" }, "OIDC_ISSUER", "needed with OIDC_CLIENT_ID"],
    [
      { ...minimal, OIDC_ISSUER: "https://issuer.example.com", OIDC_CLIENT_ID: "a", OIDC_CLIENT_SECRET: "b" },
      "OIDC_ALLOWED_DOMAINS",
      "everyone",
    ],
  ])("names the variable and what was expected: %o", (environment, name, expected) => {
    expect(() => parseConfig(environment)).toThrow(new RegExp(`${name}.*${expected}`));
  });

  it("never repeats a value, which may be a secret", () => {
    expect(() => parseConfig({ ...minimal, INFERSCOPE_API_KEY: "hunter2" })).toThrow(/^(?!.*hunter2)/);
  });
});
