import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseKeyRing } from "./key-ring";
import { open, seal } from "./sealed";

const newKey = () => randomBytes(32).toString("base64");
const first = newKey();
const second = newKey();
const context = "source:1";

describe("a sealed value", () => {
  const ring = parseKeyRing(first);

  it("opens with its key and context", () => {
    expect(open(ring, seal(ring, "Bearer ünïcode", context), context)).toEqual({
      kind: "opened",
      text: "Bearer ünïcode",
      stale: false,
    });
    expect(open(ring, seal(ring, "", context), context)).toEqual({ kind: "opened", text: "", stale: false });
  });

  it("does not hold the text, and differs each time", () => {
    const [a, b] = [seal(ring, "swordfish", context), seal(ring, "swordfish", context)];
    expect(Buffer.from(a).includes("swordfish")).toBe(false);
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
  });

  it("does not open in another context", () => {
    expect(open(ring, seal(ring, "swordfish", context), "source:2")).toEqual({
      kind: "lost",
      reason: "not_authentic",
    });
  });

  it("does not open once any byte of it was changed", () => {
    const sealed = seal(ring, "swordfish", context);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1;
      expect(open(ring, changed, context).kind, `byte ${at}`).toBe("lost");
    }
  });

  it("does not open when it was cut or is empty", () => {
    const sealed = seal(ring, "swordfish", context);
    for (const length of [0, 1, 36, sealed.length - 1])
      expect(open(ring, sealed.slice(0, length), context).kind).toBe("lost");
  });
});

describe("rotation", () => {
  const before = parseKeyRing(first);
  const after = parseKeyRing(`${second},${first}`);

  it("opens what the old key sealed, marks it stale, and seals with the new one", () => {
    expect(open(after, seal(before, "swordfish", context), context)).toEqual({
      kind: "opened",
      text: "swordfish",
      stale: true,
    });
    const resealed = seal(after, "swordfish", context);
    expect(open(parseKeyRing(second), resealed, context)).toMatchObject({ kind: "opened", stale: false });
    expect(open(before, resealed, context)).toEqual({ kind: "lost", reason: "key_missing" });
  });

  it("says which key is missing rather than that the value is broken", () => {
    const sealed = seal(before, "swordfish", context);
    expect(open(parseKeyRing(second), sealed, context)).toEqual({ kind: "lost", reason: "key_missing" });
    expect(open([], sealed, context)).toEqual({ kind: "lost", reason: "key_missing" });
  });
});

describe("the key ring", () => {
  it("takes both base64 alphabets for one key, and gives each key its own id", () => {
    const material = Buffer.from("fbff".repeat(16), "hex");
    const [plain] = parseKeyRing(material.toString("base64"));
    const [url] = parseKeyRing(material.toString("base64url"));
    expect(plain).toEqual(url);
    const [a, b] = parseKeyRing(`${first}, ${second}`);
    expect(a!.id).not.toBe(b!.id);
    expect(first).not.toContain(a!.id);
  });

  it("is empty without a key, and then seals nothing", () => {
    expect(parseKeyRing(undefined)).toEqual([]);
    expect(() => seal([], "swordfish", context)).toThrow("INFERSCOPE_ENCRYPTION_KEY");
  });

  it("refuses a key that is too short, without repeating it", () => {
    const short = randomBytes(16).toString("base64");
    expect(() => parseKeyRing(`${first},${short}`)).toThrow(/INFERSCOPE_ENCRYPTION_KEY: key 2 has 16 bytes/);
    expect(() => parseKeyRing(short)).not.toThrow(short);
  });
});
