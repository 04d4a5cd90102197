import { describe, expect, it } from "vitest";
import { annotationFilterSchema, annotationInputSchema } from "./schema";

describe("a NUL character", () => {
  it.each(["text", "service"])("in %s is refused at the field", (field) => {
    const given = { start: 0, text: "rolled out", service: "chat" };
    expect(annotationInputSchema.safeParse(given).success).toBe(true);
    const parsed = annotationInputSchema.safeParse({ ...given, [field]: "a\u0000b" });
    expect(parsed.error?.issues).toMatchObject([{ path: [field], message: "No NUL character" }]);
  });

  it.each(["service", "kind"])("in the filter's %s is refused", (field) => {
    expect(annotationFilterSchema.safeParse({ [field]: "a" }).success).toBe(true);
    expect(annotationFilterSchema.safeParse({ [field]: "\u0000" }).success).toBe(false);
  });
});
