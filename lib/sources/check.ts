import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { invalidFields, problem } from "@/lib/errors";
import { KIND_NAMES, type UpstreamTarget } from "@/lib/upstream/target";
import { testConnection } from "@/lib/upstream/test-connection";
import { certificateProblem } from "./certificates";
import { credentialState, editedCredentials } from "./credentials";
import { isSameHost } from "./host";
import { askedAgainSentence } from "./queries";
import type { SourceTestResult, sourceTestSchema } from "./schema";
import { openCredentials } from "./stored-credentials";
import { targetOf } from "./targets";

/** Connections of tests are kept apart from those of the source itself, whose address may be another. */
const TEST_ID = "test";

/**
 * Asks the server at an address that is about to be saved what it is. Credentials that are left out are those of
 * `sourceId`, but only where scheme, host and port are its own. Throws `not_found` for a source of another team and
 * `invalid_request` for a credential that is neither given nor stored; what is wrong with the server is an answer.
 */
export async function testSource(
  actor: Actor,
  input: z.output<typeof sourceTestSchema>,
  signal?: AbortSignal,
): Promise<SourceTestResult> {
  const stored =
    input.sourceId === undefined
      ? null
      : await db().source.findFirst({ where: { id: input.sourceId, teamId: actor.teamId } });
  if (stored === null && input.sourceId !== undefined)
    throw problem("not_found", "There is no source with this id.");
  const kept = stored !== null && isSameHost(stored.url, input.url) ? openCredentials(stored) : null;
  const edited = editedCredentials({ authentication: "none", headerNames: [] }, kept, input);
  const wrongCa = input.ca === null ? null : certificateProblem(input.ca);
  const fields = edited.missing.map((path) => ({
    path,
    message: "Enter it to test with it; the stored one cannot be used here",
  }));
  if (wrongCa !== null) fields.push({ path: "ca", message: wrongCa });
  if (fields.length > 0) throw invalidFields(fields);
  const target = targetOf(
    {
      id: TEST_ID,
      kind: input.kind,
      url: input.url,
      ca: input.ca,
      authentication: edited.authentication,
      headerNames: edited.headerNames,
    },
    edited.credentials,
  );
  return tested(target, signal);
}

/** Failures that a server of the right kind does not answer a test with. */
const otherKind = new Set(["rejected", "not_found", "not_json", "unexpected_shape"]);

/** Tests the connection; says where what answers is hardly what it should be. */
async function tested(target: UpstreamTarget, signal?: AbortSignal): Promise<SourceTestResult> {
  const { reachable, problem: wrong, failure, upstream, found } = await testConnection(target, { signal });
  const isOther = failure !== null && otherKind.has(failure);
  const said = isOther
    ? `This does not look like ${withArticle(KIND_NAMES[target.kind])}. ${wrong ?? ""}`.trim()
    : wrong;
  return { reachable, problem: said, upstream, found };
}

const withArticle = (name: string): string => `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;

/**
 * Asks a stored source what it is, with its own credentials. Throws `not_found`, and `conflict` for one that was
 * removed; what is wrong with the server is an answer.
 */
export async function testStoredSource(
  actor: Actor,
  id: string,
  signal?: AbortSignal,
): Promise<SourceTestResult> {
  const source = await db().source.findFirst({ where: { id, teamId: actor.teamId } });
  if (source === null) throw problem("not_found", "There is no source with this id.");
  if (source.validTo !== null)
    throw problem("conflict", "This source was removed. Restore it before testing it.");
  const credentials = openCredentials(source);
  if (credentialState(source, credentials) === "asked_again")
    return { reachable: false, problem: askedAgainSentence(source.name), upstream: null, found: null };
  const target = targetOf(source, credentials);
  return tested(target, signal);
}
