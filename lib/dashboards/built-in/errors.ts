import type { Dashboard } from "../dashboard";

export const errors: Dashboard = {
  id: "errors",
  title: "Errors & Availability",
  description: "How many requests fail, of what, what that costs in downtime, and what to do about it.",
  sections: [
    {
      panels: [
        {
          id: "availability",
          title: "Availability",
          view: "availability",
          queries: {
            whole: { signal: "availability", shape: "summary" },
            course: { signal: "availability" },
          },
          needs: ["availability"],
          span: 6,
          across: "each",
        },
        {
          id: "error-rate",
          title: "Error rate",
          view: "lines",
          queries: { rate: { signal: "error_rate", label: "All errors" } },
          needs: ["error_rate"],
          isAlways: true,
          span: 6,
          across: "together",
        },
        {
          id: "success-rate",
          title: "Success rate",
          view: "lines",
          queries: { rate: { signal: "success_rate", label: "Succeeded" } },
          needs: ["success_rate"],
          span: 6,
          across: "together",
        },
        {
          id: "whose-fault",
          title: "Whose fault",
          view: "lines",
          queries: {
            server: { signal: "server_error_rate", label: "Ours" },
            client: { signal: "client_error_rate", label: "The caller's", isReference: true },
          },
          needs: ["server_error_rate", "client_error_rate"],
          span: 6,
          across: "each",
        },
      ],
    },
    {
      title: "What fails",
      panels: [
        {
          id: "error-types",
          title: "Error rate by type",
          view: "error-types",
          queries: {
            total: { signal: "error_rate" },
            types: { signal: "error_rate", by: ["type"] },
          },
          needs: ["error_rate"],
          span: 12,
          across: "each",
        },
        {
          id: "error-guidance",
          title: "Errors over the range, with cause and action",
          view: "error-guidance",
          queries: { types: { signal: "errors_by_type", by: ["type"], shape: "summary" } },
          needs: ["errors_by_type"],
          span: 12,
          across: "each",
        },
      ],
    },
  ],
};
