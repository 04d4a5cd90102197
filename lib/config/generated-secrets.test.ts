import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { generatedSecrets } from "./generated-secrets";

const folder = () => path.join(mkdtempSync(path.join(tmpdir(), "inferscope-secrets-")), "data");

it("makes secrets once and reads them again", () => {
  const directory = folder();
  const first = generatedSecrets(directory, {});
  expect(Buffer.from(first.INFERSCOPE_ENCRYPTION_KEY, "base64")).toHaveLength(32);
  expect(first.INFERSCOPE_SECRET).not.toBe(first.INFERSCOPE_ENCRYPTION_KEY);
  expect(generatedSecrets(directory, {})).toEqual(first);
});

it("keeps them readable by their owner only", () => {
  const directory = folder();
  generatedSecrets(directory, {});
  expect(statSync(path.join(directory, "encryption-key")).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

it("prefers what the environment gives and writes nothing then", () => {
  const directory = folder();
  const given = { INFERSCOPE_SECRET: "s".repeat(40), INFERSCOPE_ENCRYPTION_KEY: "k".repeat(43) };
  expect(generatedSecrets(directory, given)).toEqual(given);
  expect(() => readFileSync(path.join(directory, "session-secret"))).toThrow(/ENOENT/);
});
