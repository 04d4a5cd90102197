import { applyMigrations, createMigration, migrationStatus, schemaDifference } from "@/lib/db/migrations";

const usage = "Usage: npm run db -- create NAME | deploy | status | check";
const [verb, name] = process.argv.slice(2);
const databaseUrl = process.env.DATABASE_URL;

if (databaseUrl === undefined) {
  console.error("DATABASE_URL is not set. Set it to the PostgreSQL database to work on.");
  process.exit(64);
}

switch (verb) {
  case "create": {
    if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
      console.error("Name the migration in lower case with underscores, such as add_rollouts.");
      process.exit(64);
    }
    const created = await createMigration(databaseUrl, name, new Date());
    console.log(created === null ? "The schema has not changed." : `Wrote prisma/migrations/${created}.`);
    break;
  }
  case "deploy": {
    const applied = await applyMigrations(databaseUrl);
    console.log(applied.length === 0 ? "Nothing to apply." : `Applied ${applied.join(", ")}.`);
    break;
  }
  case "status":
    console.log(JSON.stringify(await migrationStatus(databaseUrl), null, 2));
    break;
  case "check": {
    const difference = await schemaDifference(databaseUrl);
    if (difference !== null) {
      console.error(
        `The schema has changes without a migration; run \`npm run db -- create NAME\`:\n${difference}`,
      );
      process.exit(2);
    }
    console.log("Schema and migrations agree.");
    break;
  }
  default:
    console.error(usage);
    process.exit(64);
}

// The engine leaves timers behind that would keep a finished script alive for ten seconds.
process.exit();
