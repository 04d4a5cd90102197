import type { Profile, Spelling } from "./profile";

type Counted = Omit<Extract<Spelling, { kind: "failures" }>, "kind" | "want">;

/**
 * The spellings of everything that follows from a counter of failures beside one of all requests. Errors of callers are
 * told apart only where `clientTypes` says which they are.
 */
export function failureSpellings(counted: Counted): Profile["spellings"] {
  const failures = { kind: "failures", ...counted } as const;
  return {
    error_rate: { ...failures, want: "error_rate" },
    errors_by_type: { ...failures, want: "failures" },
    availability: { ...failures, want: "availability" },
    success_rate: { ...failures, want: "success_rate" },
    ...(counted.clientTypes === undefined
      ? {}
      : {
          client_error_rate: { ...failures, want: "client_error_rate" },
          server_error_rate: { ...failures, want: "server_error_rate" },
        }),
  };
}
