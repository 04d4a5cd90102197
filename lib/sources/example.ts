import type { SourceView } from "./schema";

/** A source as the API's documentation shows it. */
export const exampleSource = {
  id: "019a1c3e-5f2b-7c41-9d0e-3b6a2f8c1d47",
  kind: "prometheus",
  name: "prod-eu",
  url: "https://metrics.example.com/prometheus",
  authentication: "bearer",
  headers: ["X-Scope-OrgID"],
  credentials: "kept",
  ca: null,
  limits: { timeout: 60 },
  fromEnvironment: false,
  version: 3,
  validFrom: "2026-03-01T09:12:00.000Z",
  validTo: null,
  checkedAt: "2026-03-04T14:03:30.000Z",
  reachable: true,
  problem: null,
  found: "Prometheus 3.5.0",
  actions: ["edit", "remove"],
} satisfies SourceView;
