import { isSameHost } from "@/lib/sources/host";
import type {
  AuthenticationInput,
  SourceInput,
  SourceKind,
  SourceLimits,
  SourcePatch,
  SourceTest,
  SourceView,
} from "@/lib/sources/schema";
import { formatDuration, parseDuration } from "@/lib/units";

/** One secret in the form: `null` while the stored one is kept, else what was typed. */
export type SecretValue = string | null;

export type SourceFormState = {
  kind: SourceKind;
  name: string;
  url: string;
  authentication: AuthenticationInput["type"];
  token: SecretValue;
  username: SecretValue;
  password: SecretValue;
  /** `id` only tells rows apart while they are edited. */
  headers: { id: number; name: string; value: SecretValue }[];
  ca: string;
  /** As typed: durations such as `60s`, or whole numbers; empty for the console's own. */
  limits: Record<LimitName, string>;
};

export const limitNames = [
  "concurrency",
  "concurrencyPerUser",
  "timeout",
  "range",
  "points",
  "series",
] as const satisfies readonly (keyof SourceLimits)[];
export type LimitName = (typeof limitNames)[number];

const isDuration = (name: LimitName): boolean => name === "timeout" || name === "range";

const limitsOf = (stored: SourceLimits): Record<LimitName, string> => {
  const text = (name: LimitName) => {
    const value = stored[name];
    return value === undefined ? "" : isDuration(name) ? formatDuration(value) : String(value);
  };
  return Object.fromEntries(limitNames.map((name) => [name, text(name)])) as Record<LimitName, string>;
};

/** What was typed, as numbers; what is no number goes along as NaN, so that the console refuses it at its field. */
const typedLimits = (typed: Record<LimitName, string>): SourceLimits =>
  Object.fromEntries(
    limitNames.flatMap((name) => {
      const text = typed[name].trim();
      if (text === "") return [];
      return [[name, isDuration(name) ? (parseDuration(text) ?? Number.NaN) : Number(text)]];
    }),
  );

/** The form of a new source. */
export const emptyForm = (kind: SourceKind): SourceFormState => ({
  kind,
  name: "",
  url: "",
  authentication: "none",
  token: "",
  username: "",
  password: "",
  headers: [],
  ca: "",
  limits: limitsOf({}),
});

/** The form of a source as it is: what is stored of its credentials is kept, and nothing of it is known here. */
export function formOf(source: SourceView): SourceFormState {
  const stored = (used: boolean): SecretValue => (used && source.credentials === "kept" ? null : "");
  return {
    kind: source.kind,
    name: source.name,
    url: source.url,
    authentication: source.authentication,
    token: stored(source.authentication === "bearer"),
    username: stored(source.authentication === "basic"),
    password: stored(source.authentication === "basic"),
    headers: source.headers.map((name, id) => ({ id, name, value: stored(true) })),
    ca: source.ca ?? "",
    limits: limitsOf(source.limits),
  };
}

/** Whether the typed URL leads away from the host that the stored credentials belong to. */
export const leavesHost = (source: SourceView | null, url: string): boolean =>
  source !== null && URL.canParse(url) && !isSameHost(source.url, url);

const given = (value: SecretValue): string | undefined =>
  value === null || value === "" ? undefined : value;

function authenticationOf(form: SourceFormState): AuthenticationInput {
  switch (form.authentication) {
    case "none":
      return { type: "none" };
    case "bearer":
      return { type: "bearer", token: given(form.token) };
    case "basic":
      return { type: "basic", username: given(form.username), password: given(form.password) };
  }
}

const common = (form: SourceFormState) => ({
  url: form.url.trim(),
  authentication: authenticationOf(form),
  headers: form.headers.map(({ name, value }) => ({ name: name.trim(), value: given(value) })),
  ca: form.ca.trim() === "" ? null : form.ca,
});

export const inputOf = (form: SourceFormState): SourceInput => ({
  kind: form.kind,
  name: form.name.trim(),
  ...common(form),
  limits: typedLimits(form.limits),
});

/** What the form changes of a source; nothing that it leaves as it is. */
export function patchOf(form: SourceFormState, source: SourceView): SourcePatch {
  const next = common(form);
  const untouched = formOf(source);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const before = common(untouched);
  return {
    ...(form.name.trim() === source.name ? {} : { name: form.name.trim() }),
    ...(next.url === source.url ? {} : { url: next.url }),
    ...(same(next.authentication, before.authentication) ? {} : { authentication: next.authentication }),
    ...(same(next.headers, before.headers) ? {} : { headers: next.headers }),
    ...(next.ca === source.ca ? {} : { ca: next.ca }),
    ...(same(form.limits, untouched.limits) ? {} : { limits: typedLimits(form.limits) }),
  };
}

export const testOf = (form: SourceFormState, source: SourceView | null): SourceTest => ({
  kind: form.kind,
  ...common(form),
  ...(source === null ? {} : { sourceId: source.id }),
});
