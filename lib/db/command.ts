import "server-only";
import type { z } from "zod";
import { type Change, recordChanges } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { type Action, can, whyNot } from "@/lib/auth/permissions";
import { invalidFields, problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { type Transaction, transaction } from "./client";
import { isWriteConflict } from "./write-conflict";

/** What surrounds a command: the request it came with, and the reason a person gave. */
export type CommandContext = { requestId?: string; reason?: string };

type Outcome<Result> = { result: Result; changes: Change[] };

/**
 * Declares a change of the database. The returned function checks the permission and the input, opens a transaction
 * (or a savepoint of the one around it), runs, writes an audit event and a revision for each change, and NOTIFYs what
 * changed when the transaction commits. `run` puts its precondition into the `where` of its update and throws
 * `conflict` or `precondition_failed` with the current state when nothing matched.
 *
 * Throws `forbidden`, `invalid_request` (with the fields), `conflict` where PostgreSQL ended the transaction for another's
 * sake, and whatever `run` throws; then nothing was written.
 */
export function command<Schema extends z.ZodType, Result>(definition: {
  permission: Action;
  input: Schema;
  /** Of its transaction, for one that writes thousands of rows; as `transaction` has it when absent. */
  timeoutMs?: number;
  run: (tx: Transaction, actor: Actor, input: z.output<Schema>) => Promise<Outcome<Result>>;
}): (actor: Actor, input: z.input<Schema>, context?: CommandContext) => Promise<Result> {
  return async (actor, input, context = {}) => {
    if (!can(actor, definition.permission)) throw problem("forbidden", whyNot(actor, definition.permission));
    const parsed = definition.input.safeParse(input);
    if (!parsed.success)
      throw invalidFields(
        parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
      );
    return transaction(
      async (tx) => {
        const { result, changes } = await definition.run(tx, actor, parsed.data);
        await recordChanges(tx, actor, definition.permission, changes, context);
        for (const change of changes) await notify(tx, { type: change.type, id: change.id });
        return result;
      },
      { timeoutMs: definition.timeoutMs },
    ).catch((error: unknown) => {
      if (!isWriteConflict(error)) throw error;
      throw problem(
        "conflict",
        "Something else was changing the same at this moment. Nothing was changed; try again.",
        { cause: error, retryAfterSeconds: 1 },
      );
    });
  };
}
