import { describe, expect, it } from "vitest";
import { nameList, shortName, visibleName } from "./short-name";

describe("shortName", () => {
  it("leaves a name that fits as it is", () => {
    expect(shortName("meta-llama/Llama-3.1-70B-Instruct")).toBe("meta-llama/Llama-3.1-70B-Instruct");
    expect(shortName("x".repeat(64))).toBe("x".repeat(64));
  });

  it("cuts the middle of a longer one, to 64 characters", () => {
    const short = shortName(`begin${"x".repeat(10_000)}end`);
    expect([...short]).toHaveLength(64);
    expect(short).toMatch(/^beginx+…x+end$/);
  });

  it("keeps characters of two code units whole", () => {
    const short = shortName("😀".repeat(5_000));
    expect([...short]).toHaveLength(64);
    expect(short).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  });
});

describe("visibleName", () => {
  it("says of a name that shows nothing that it is blank", () => {
    expect(visibleName(" ")).toBe("(blank)");
    expect(visibleName("\u200b\t")).toBe("(blank)");
    expect(shortName(" ")).toBe("(blank)");
    expect(visibleName(" chat ")).toBe(" chat ");
    expect(visibleName("😀")).toBe("😀");
  });
});

describe("nameList", () => {
  it("names the first five and counts the others", () => {
    expect(nameList(["a", "b"])).toBe("a, b");
    expect(nameList(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
  });
});
