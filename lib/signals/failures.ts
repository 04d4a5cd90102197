import type { Profile, Spelling } from "./profile";

type Counted = Omit<Extract<Spelling, { kind: "failures" }>, "kind" | "want">;

const ofCallers = [
  "(input_?|request_?)?validation(_?error)?",
  "invalid(_?(request|input|argument))?(_?error)?",
  "bad_?request(_?error)?",
  "context_?(length|window)(_?exceeded)?(_?error)?",
  "auth(entication|orization)?(_?error)?",
  "unauth(orized|enticated)",
  "forbidden|permission(_?denied)?(_?error)?",
  "(model_?)?not_?found(_?error)?",
  "(insufficient_?)?quota(_?exceeded)?|budget_?exceeded(_?error)?",
  "cancell?ed|abort(ed)?|client_?disconnect(ed)?",
];

/**
 * Names of errors that are the caller's fault, where a counter's types are not a closed list, whatever their case and
 * the module that qualifies them. Whose fault a name is says `errorGuidance`; a test holds these, and every profile's, to
 * it.
 */
export const clientNames = [`(?i)([a-z0-9_-]+\\.)*(${ofCallers.join("|")})`];

/** HTTP statuses that are the caller's fault; a time-out (408) and too many requests (429) are for the server to mend. */
export const clientStatuses = ["40[0-79]", "4[13-9].", "42[0-8]"];

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

/** Spellings of two sources of the same signals: those of `others` where the metrics of the preferred are not there. */
export function orElse(preferred: Profile["spellings"], others: Profile["spellings"]): Profile["spellings"] {
  const signals = Object.keys(preferred) as (keyof Profile["spellings"])[];
  return Object.fromEntries(
    signals.map((signal) => [signal, { ...preferred[signal], otherwise: others[signal] }]),
  );
}
