import { describe, expect, it } from "vitest";
import { differences } from "./difference";

describe("differences", () => {
  it("is empty for equal states", () => {
    expect(differences({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 2] } })).toEqual([]);
    expect(differences(null, null)).toEqual([]);
  });

  it("names each value that changed, came or went", () => {
    expect(differences({ name: "a", url: "x", gone: true }, { name: "b", url: "x", made: 1 })).toEqual([
      { path: "name", before: "a", after: "b" },
      { path: "made", before: undefined, after: 1 },
      { path: "gone", before: true, after: undefined },
    ]);
  });

  it("enters objects, and compares lists whole", () => {
    expect(differences({ a: { b: 1, c: 2 }, list: [1] }, { a: { b: 1, c: 3 }, list: [1, 2] })).toEqual([
      { path: "a.c", before: 2, after: 3 },
      { path: "list", before: [1], after: [1, 2] },
    ]);
  });

  it("lists every value of a thing that was made or removed", () => {
    expect(differences(null, { name: "a", nested: { b: 1 } })).toEqual([
      { path: "name", before: undefined, after: "a" },
      { path: "nested.b", before: undefined, after: 1 },
    ]);
    expect(differences({ name: "a" }, null)).toEqual([{ path: "name", before: "a", after: undefined }]);
  });

  it("tells null from absent", () => {
    expect(differences({ ca: null }, { ca: "pem" })).toEqual([{ path: "ca", before: null, after: "pem" }]);
  });
});
