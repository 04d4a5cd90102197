import type { AuthenticationInput } from "./schema";

/** What is sealed of a source. Header names are lower case. */
export type Credentials = {
  token?: string;
  username?: string;
  password?: string;
  headers: Record<string, string>;
};

export type AuthenticationType = AuthenticationInput["type"];

/** How a source authenticates, as its row says without its secrets. */
export type AuthenticationShape = { authentication: AuthenticationType; headerNames: string[] };

export type CredentialState = "none" | "kept" | "asked_again";

type Part = "token" | "username" | "password";

const partsOf: Record<AuthenticationType, readonly Part[]> = {
  none: [],
  bearer: ["token"],
  basic: ["username", "password"],
};

const missingParts = (shape: AuthenticationShape, credentials: Credentials | null): string[] => [
  ...partsOf[shape.authentication]
    .filter((part) => credentials?.[part] === undefined)
    .map((part) => `authentication.${part}`),
  ...shape.headerNames.flatMap((name, index) =>
    credentials?.headers[name.toLowerCase()] === undefined ? [`headers.${index}.value`] : [],
  ),
];

/** Whether a source has what it needs; `credentials` is null when none are stored or they do not open. */
export function credentialState(
  shape: AuthenticationShape,
  credentials: Credentials | null,
): CredentialState {
  if (shape.authentication === "none" && shape.headerNames.length === 0) return "none";
  return missingParts(shape, credentials).length === 0 ? "kept" : "asked_again";
}

export type CredentialEdit = {
  authentication?: AuthenticationInput;
  headers?: { name: string; value?: string }[];
};

/**
 * What a source's authentication becomes by an edit. `kept` is what may be kept: null when the host changed or the
 * stored value does not open. `missing` lists the fields that this edit asked for without giving or having a value;
 * what was there before and got lost is not among them, since the source then just asks for it again. `replaced` says
 * that a new secret was given.
 */
export function editedCredentials(
  current: AuthenticationShape,
  kept: Credentials | null,
  edit: CredentialEdit,
): AuthenticationShape & { credentials: Credentials | null; missing: string[]; replaced: boolean } {
  const authentication = edit.authentication?.type ?? current.authentication;
  const headerNames = edit.headers?.map(({ name }) => name) ?? current.headerNames;
  const { type: _, ...parts } = edit.authentication ?? { type: "none" };
  const given: Partial<Record<Part, string>> = parts;
  const credentials: Credentials = { headers: {} };
  for (const part of partsOf[authentication]) {
    const value = given[part] ?? kept?.[part];
    if (value !== undefined) credentials[part] = value;
  }
  for (const name of headerNames) {
    const key = name.toLowerCase();
    const value = edit.headers?.find((header) => header.name === name)?.value ?? kept?.headers[key];
    if (value !== undefined) credentials.headers[key] = value;
  }
  const shape = { authentication, headerNames };
  const wasThere = new Set(current.headerNames.map((name) => name.toLowerCase()));
  const missing = missingParts(shape, credentials).filter((path) =>
    path.startsWith("authentication.")
      ? authentication !== current.authentication
      : !wasThere.has(headerNames[Number(path.split(".")[1])]!.toLowerCase()),
  );
  const isEmpty =
    partsOf[authentication].every((part) => credentials[part] === undefined) &&
    Object.keys(credentials.headers).length === 0;
  return {
    ...shape,
    credentials: isEmpty ? null : credentials,
    missing,
    replaced:
      partsOf[authentication].some((part) => given[part] !== undefined) ||
      (edit.headers ?? []).some(({ value }) => value !== undefined),
  };
}

/** The headers that carry the credentials. Parts that are missing are left out. */
export function credentialHeaders(
  authentication: AuthenticationType,
  headerNames: string[],
  credentials: Credentials | null,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of headerNames) {
    const value = credentials?.headers[name.toLowerCase()];
    if (value !== undefined) headers[name] = value;
  }
  if (authentication === "bearer" && credentials?.token !== undefined)
    headers.authorization = `Bearer ${credentials.token}`;
  if (authentication === "basic" && credentials?.username !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password ?? ""}`, "utf8").toString("base64")}`;
  return headers;
}
