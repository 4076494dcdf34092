import type { Client } from "pg";
import type { Setting } from "../tuning/types";
import { type RunningSetting, sameValue } from "../units";

interface SettingRow extends RunningSetting {
  name: string;
  source: string;
  context: string;
  pending_restart: boolean;
}

interface FileRow {
  sourcefile: string | null;
  sourceline: number | null;
  name: string | null;
  setting: string | null;
  applied: boolean;
  error: string | null;
}

/** Sources that hold for one session, role or database only: the file's value is in force for everyone else. */
const narrower = new Set(["session", "client", "user", "database", "database user"]);

/**
 * Compares what the server runs with to what it should: every setting's value, nothing that waits for a restart, and a file without an
 * error. One sentence for each difference; empty when all is as it should be.
 */
export async function settingProblems(client: Client, wanted: readonly Setting[]): Promise<string[]> {
  const running = new Map((await readSettings(client)).map((row) => [row.name.toLowerCase(), row]));
  const { rows: file } = await client.query<FileRow>(
    "SELECT sourcefile, sourceline, name, setting, applied, error FROM pg_file_settings ORDER BY seqno",
  );
  const problems: string[] = [];
  for (const { name, value } of wanted) {
    const row = running.get(name);
    const last = file.filter((entry) => entry.name?.toLowerCase() === name).at(-1);
    if (row?.pending_restart) problems.push(`${name} waits for a restart.`);
    else if (last === undefined) problems.push(`${name} is not in the server's files.`);
    else if (last.sourcefile?.endsWith("postgresql.auto.conf") && last.setting !== value)
      problems.push(
        `${name} is ${last.setting} by ALTER SYSTEM, not ${value}: run ALTER SYSTEM RESET ${name}, or put ${last.setting} into pgstead:postgresSettings.`,
      );
    else if (
      row !== undefined &&
      !narrower.has(row.source) &&
      !(row.vartype === "enum" ? last.applied : sameValue(value, row))
    )
      problems.push(`${name} is ${row.setting}${row.unit ?? ""} in the server, not ${value}.`);
  }
  for (const row of running.values())
    if (row.pending_restart && !wanted.some((setting) => setting.name === row.name.toLowerCase()))
      problems.push(`${row.name} waits for a restart.`);
  for (const entry of file)
    if (entry.error !== null)
      problems.push(`${entry.sourcefile}, line ${entry.sourceline} (${entry.name ?? "?"}): ${entry.error}.`);
  return problems;
}

/** Names of settings whose files' values the running server takes only when it is restarted. */
export async function pendingRestart(client: Client): Promise<string[]> {
  return (await readSettings(client)).filter((row) => row.pending_restart).map((row) => row.name);
}

/** Whether a change of each setting restarts the server; the others reload. */
export async function restartingSettings(client: Client): Promise<Set<string>> {
  const rows = await readSettings(client);
  return new Set(rows.filter((row) => row.context === "postmaster").map((row) => row.name.toLowerCase()));
}

async function readSettings(client: Client): Promise<SettingRow[]> {
  const { rows } = await client.query<SettingRow>(
    "SELECT name, setting, unit, vartype, source, context, pending_restart FROM pg_settings",
  );
  return rows;
}
