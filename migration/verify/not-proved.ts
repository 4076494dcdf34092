import type { MigrationPlan } from "../model";
import type { SetAside } from "../set-aside";

/** What a verification leaves open, in words: a proof is worth what it says it does not cover. */
export function notProved(plan: MigrationPlan, rejects: SetAside): string[] {
  const lines: string[] = [];
  const left = new Map<string, string[]>();
  for (const { kind, name } of plan.leftBehind) left.set(kind, [...(left.get(kind) ?? []), name]);
  for (const [kind, names] of left) lines.push(`Left behind and not looked at: ${kind} ${names.join(", ")}.`);
  if (rejects.count() > 0) lines.push(`${rejects.count()} rows were set aside: they are not in the target.`);
  const columns = plan.tables.flatMap((table) =>
    table.columns.map((column) => ({ ...column, name: `${table.target}.${column.target}` })),
  );
  const real = columns.filter(({ type }) => type.kind === "real").map(({ name }) => name);
  if (real.length > 0)
    lines.push(`Columns of type real were compared after rounding to single precision: ${real.join(", ")}.`);
  const char = columns.filter(({ type }) => type.kind === "char").map(({ name }) => name);
  if (char.length > 0)
    lines.push(
      `Trailing blanks in columns of type char(n) mean nothing to PostgreSQL and were not compared: ${char.join(", ")}.`,
    );
  if (plan.mode === "existing")
    lines.push("Columns and objects that only the target has (defaults, triggers, checks, views) were not compared.");
  lines.push(
    "Changes made to the SQLite database after its copy was taken are not in the target.",
    "The application's own queries were not run, beyond those listed: PostgreSQL may sort text, compare upper and lower case, and round averages in other ways.",
  );
  return lines;
}
