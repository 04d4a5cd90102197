import "server-only";
import { parseArgs } from "node:util";
import { DEFAULT_TEAM_ID, type SystemActor, systemActor } from "@/lib/auth/actor";
import { roleSchema } from "@/lib/auth/schema";
import { normalizeEmail } from "@/lib/auth/sign-in";
import { db } from "@/lib/db/client";
import { isInferscopeError, problem } from "@/lib/errors";
import { createUser, makePasswordLink, setPassword } from "./commands";

export const userUsage = `Usage:
  npm run user -- list                            who may sign in
  npm run user -- create EMAIL [--role ROLE] [--name NAME]
                                                  make an account (viewer, operator or admin) and a link for it
  npm run user -- reset EMAIL                     make a link on which a new password is set
  npm run user -- reset EMAIL --password          set a new password here; it is asked for and not shown`;

/** What a command needs from the terminal. */
export type Terminal = { write(line: string): void; readPassword(question: string): Promise<string> };

const actor: SystemActor = systemActor("command-line");

class Misuse extends Error {}

async function idOf(email: string | undefined): Promise<string> {
  if (email === undefined) throw new Misuse("Say whose account by its e-mail.");
  const user = await db().user.findUnique({
    where: { email: normalizeEmail(email), teamId: DEFAULT_TEAM_ID },
  });
  if (user === null)
    throw problem("not_found", `${email} has no account here. \`npm run user -- list\` shows who has.`);
  return user.id;
}

async function list({ write }: Terminal): Promise<void> {
  const users = await db().user.findMany({ where: { teamId: DEFAULT_TEAM_ID }, orderBy: { email: "asc" } });
  if (users.length === 0) write("Nobody has an account yet.");
  const width = Math.max(0, ...users.map((user) => user.email.length));
  for (const user of users) {
    const seen =
      user.lastSignInAt === null ? "never signed in" : `last sign-in ${user.lastSignInAt.toISOString()}`;
    const state = user.disabledAt === null ? "" : ", disabled";
    write(`${user.email.padEnd(width)}  ${user.role.padEnd(8)}  ${seen}${state}`);
  }
}

async function run(args: string[], terminal: Terminal, now: Date): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { role: { type: "string" }, name: { type: "string" }, password: { type: "boolean" } },
  });
  const [verb, email, ...rest] = positionals;
  if (rest.length > 0) throw new Misuse(`"${rest[0]}" is one word too many.`);
  switch (verb) {
    case "list":
      return list(terminal);
    case "create": {
      const role = roleSchema.safeParse(values.role ?? "viewer");
      if (email === undefined || !role.success)
        throw new Misuse(
          email === undefined
            ? "Say the e-mail of the new account."
            : "The role is viewer, operator or admin.",
        );
      const { link } = await createUser(actor, { email, name: values.name, role: role.data, now });
      terminal.write(
        `${normalizeEmail(email)} has an account. A password is set at this link, once, until ${link.expiresAt}:`,
      );
      return terminal.write(link.url);
    }
    case "reset": {
      const id = await idOf(email);
      if (values.password !== true) {
        const link = await makePasswordLink(actor, { id, now });
        terminal.write(`A new password is set at this link, once, until ${link.expiresAt}:`);
        return terminal.write(link.url);
      }
      const password = await terminal.readPassword(`New password of ${email}: `);
      await setPassword(actor, { id, password, now });
      return terminal.write(`The password of ${email} is set, and every session has ended.`);
    }
    default:
      throw new Misuse(verb === undefined ? "Say what to do." : `There is no "${verb}".`);
  }
}

/**
 * Runs `npm run user` with these arguments and returns the exit code: 0 when it is done, 64 for a wrong use, 1 for
 * what is refused. Whoever can run it reads the database's address, so it asks for no permission; what it does is in
 * the audit log under "command-line". Throws when the database fails.
 */
export async function userCommand(args: string[], terminal: Terminal, now: Date): Promise<number> {
  try {
    await run(args, terminal, now);
    return 0;
  } catch (error) {
    if (isInferscopeError(error)) {
      const fields = (error.fields ?? []).map(({ path, message }) => ` ${path}: expected ${message}.`);
      terminal.write(`${error.detail}${fields.join("")}`);
      return 1;
    }
    const misused =
      error instanceof Misuse || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    if (!misused) throw error;
    terminal.write(`${(error as Error).message}\n\n${userUsage}`);
    return 64;
  }
}
