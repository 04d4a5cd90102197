import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { asUser, withTestTransaction } from "@/testing/database";
import { listAuditEvents } from "./queries";
import { recordChanges } from "./record";
import { auditFilterSchema, revisionQuerySchema } from "./schema";

describe("the filter of the audit log", () => {
  it("takes wildcards of LIKE for the characters they are", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const type = `type-${randomUUID()}`;
      const add = (id: string, name: string) =>
        recordChanges(tx, admin, "sources:add", [{ type, id, name, before: null, after: { name } }], {});
      await add("1", "100% sure");
      await add("2", "a_b\\c");
      await add("3", "aXbYc");
      const found = async (filter: object) =>
        (await listAuditEvents(admin, { resourceType: type, ...filter }, { limit: 10 })).items
          .map(({ resource }) => resource.id)
          .sort();
      expect(await found({})).toEqual(["1", "2", "3"]);
      expect(await found({ q: "%" })).toEqual(["1"]);
      expect(await found({ q: "_" })).toEqual(["2"]);
      expect(await found({ q: "B\\c" })).toEqual(["2"]);
      expect(await found({ actor: "%" })).toEqual([]);
      expect(await found({ action: "%" })).toEqual([]);
      expect(await found({ action: "sources" })).toEqual(["1", "2", "3"]);
    }));

  it.each(["actor", "action", "resourceType", "resourceId", "q"])("refuses a NUL in %s", (field) => {
    expect(auditFilterSchema.safeParse({ [field]: "a" }).success).toBe(true);
    expect(auditFilterSchema.safeParse({ [field]: "a\u0000" }).success).toBe(false);
  });

  it.each(["resourceType", "resourceId"])("refuses a NUL or nothing in a revision's %s", (field) => {
    const given = { resourceType: "source", resourceId: "1", at: "2026-03-04T14:00:00Z" };
    expect(revisionQuerySchema.safeParse(given).success).toBe(true);
    for (const wrong of ["a\u0000", ""])
      expect(revisionQuerySchema.safeParse({ ...given, [field]: wrong }).success).toBe(false);
  });
});
