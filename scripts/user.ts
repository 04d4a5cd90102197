import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { config } from "@/lib/config";
import { closeDatabase } from "@/lib/db/client";
import { userCommand } from "@/lib/users/command-line";

/** Reads a line that the terminal does not show; from a pipe, the first line. */
function readPassword(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: silent,
    terminal: process.stdin.isTTY === true,
  });
  return new Promise((resolve) => {
    let answered = "";
    lines.once("line", (line) => {
      answered = line;
      lines.close();
    });
    lines.once("close", () => {
      process.stderr.write("\n");
      resolve(answered);
    });
  });
}

try {
  config();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

try {
  process.exitCode = await userCommand(
    process.argv.slice(2),
    { write: console.log, readPassword },
    new Date(),
  );
} catch (error) {
  const cause = error instanceof Error ? error.message.split("\n").at(-1) || error.name : String(error);
  console.error(`The database could not be asked: ${cause}. Check DATABASE_URL and that the server runs.`);
  process.exitCode = 1;
} finally {
  await closeDatabase();
}
