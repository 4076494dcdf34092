import { defaultOptions } from "./options";

export const commands = ["plan", "migrate", "verify", "retry-rejects"] as const;
export type Command = (typeof commands)[number];

const what: Record<Command, string> = {
  plan: "Shows what a migration would do, and changes nothing: every table, each column's type and why, and what stays behind.",
  migrate:
    "Moves the SQLite database into PostgreSQL, proves every cell, and only then shows the tables to the application.",
  verify: "Compares a SQLite database with a target that was migrated before, cell by cell, and changes neither.",
  "retry-rejects":
    "Loads rows that a run set aside, after they were mended in their file, or the tables in the target: all in one transaction, each row once.",
};

/** Those that read the SQLite database. */
const reading: readonly Command[] = ["plan", "migrate", "verify"];

const options: [commands: readonly Command[], option: string, meaning: string][] = [
  [["retry-rejects"], "--rejects FILE", "rejects.jsonl of the run, or what an earlier retry left, in the run's folder"],
  [reading, "--source FILE", "SQLite database, or .sql script that makes one"],
  [
    commands,
    "--target URL",
    "postgresql://user@host:port/database[?sslmode=require]; plan can do without in mode create",
  ],
  [commands, "--schema NAME", `schema that has the tables (${defaultOptions.schema})`],
  [reading, "--mode MODE", "create: tables are made from SQLite's schema (default); existing: they are there already"],
  [reading, "--exclude NAME[,NAME]", "tables that stay behind, by exact name; may be repeated"],
  [["migrate"], "--batch-size N", `rows in one COPY batch (${defaultOptions.batchSize})`],
  [["migrate"], "--bad-rows WHAT", "fail (default), or skip: set rows aside that do not fit, and go on"],
  [
    ["migrate"],
    "--max-rejects [TABLE=]N",
    "rows that may be set aside, of one table or in total, before the run stops; may be repeated",
  ],
  [
    reading,
    "--orphans WHAT",
    "mode create, rows that refer to nothing: keep (default, the foreign key is NOT VALID), or setAside",
  ],
  [
    reading,
    "--bad-text [COLUMN=]WHAT",
    "texts with NUL or bytes that are no text, in a column (table.column) or anywhere: reject (default), replace, or bytea; may be repeated",
  ],
  [
    reading,
    "--distribute TABLE=HOW",
    "of a Citus cluster: 'by COLUMN' spreads the table over the workers, reference copies it to each; may be repeated",
  ],
  [reading, "--names WHAT", "keep (default), or snake_case: OrderID becomes order_id"],
  [reading, "--rename NAME=NEW", "the target's name of a table, column (table.column), index or view; may be repeated"],
  [
    ["migrate", "verify"],
    "--verify WHAT",
    "full (default): every cell is compared; thorough: different values of tables of more than 10,000 rows are counted too; off: nothing is proved",
  ],
  [
    reading,
    "--type WHAT=TYPE",
    "the type of a column (table.column) or of a declared type, such as 'numeric(12,2)', 'timestamptz from epoch milliseconds' or \"date null for ''\"; may be repeated",
  ],
  [
    reading,
    "--mixed WHAT",
    "columns in which some values contradict the declared type: widen (default), or reject those rows",
  ],
  [["migrate"], "--overwrite", "replace target tables that hold rows"],
  [["migrate", "verify"], "--compare NAME=SQL", "a query that must give the same rows on both sides; may be repeated"],
  [
    ["migrate"],
    "--work-folder FOLDER",
    `where each run keeps its log, reports and copy of the source (${defaultOptions.workFolder})`,
  ],
  [["verify"], "--report FILE", "report.json of the run that loaded the target: rows it set aside are not looked for"],
  [commands, "--json", "the result as JSON on standard output"],
];

const password = `The password is taken from PGPASSWORD or the password file (PGPASSFILE, ~/.pgpass) as psql takes it. One in the URL
works too, but a command line can be seen by every user of the machine.`;

const exits = `Exit code: 0 done and verified; 1 the run or the verification failed, or a retry left rows set aside; 2 wrong usage. Progress goes to standard error.`;

/** The help text, of one command or of all. */
export function usage(command?: Command): string {
  if (command === undefined) {
    const list = commands.map((name) => `  ${name.padEnd(13)} ${what[name]}`);
    return `Usage: pgstead <command> --source FILE --target URL [options]\n\n${list.join("\n")}\n\npgstead <command> --help tells a command's options; pgstead --version its version.\n\n${exits}\n`;
  }
  const own = options.filter(([names]) => names.includes(command));
  const list = own.map(([, option, meaning]) => `  ${option.padEnd(22)} ${meaning}`);
  return `Usage: pgstead ${command} ${reading.includes(command) ? "--source" : "--rejects"} FILE --target URL [options]\n\n${what[command]}\n\n${list.join("\n")}\n\n${password}\n\n${exits}\n`;
}

/** Whether a command has an option. */
export function takes(command: Command, option: string): boolean {
  return (
    option === "help" ||
    options.some(([names, text]) => names.includes(command) && text.split(" ")[0] === `--${option}`)
  );
}
