import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { createApiKey } from "@/lib/api-keys/commands";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { POST } from "./route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

async function preview(key: string, rule: object) {
  const request = new Request("http://127.0.0.1:3000/api/v1/alert-rules/preview", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      host: "127.0.0.1:3000",
      authorization: `Bearer ${key}`,
    },
    body: JSON.stringify(rule),
  });
  const response = await POST(request, { params: Promise.resolve({}) });
  return { status: response.status, body: await response.json() };
}

describe("POST /api/v1/alert-rules/preview", () => {
  it("is a 400 for templates that Prometheus refuses, with each place", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      // Nothing listens there: what is wrong in a text is said all the same.
      await addSource(admin, { kind: "prometheus", name: "preview-test", url: "http://127.0.0.1:9" });
      const { secret } = await createApiKey(admin, {
        name: `test-${randomUUID()}`,
        role: "viewer",
        scopes: [],
        expiresAt: null,
        now: new Date(),
      });
      const rule = {
        name: "Queue",
        expr: "sum(backlog) > 5",
        source: "preview-test",
        labels: { team: "{{ if }}" },
        annotations: { summary: "fine: {{ $value }}", action: "first line\n  {{ humanise $value }}" },
      };
      const { status, body } = await preview(secret, rule);
      expect(status).toBe(400);
      expect(body.fields).toEqual([
        {
          path: "labels.team",
          message: expect.stringMatching(
            /template of the label team: line 1, column 7: missing value for if/,
          ),
        },
        {
          path: "annotations.action",
          message: expect.stringMatching(
            /template of the annotation action: line 2, column 6: function "humanise" not defined/,
          ),
        },
      ]);
      const fine = await preview(secret, { ...rule, labels: {}, annotations: {} });
      expect(fine.status).toBe(200);
    }));
});
