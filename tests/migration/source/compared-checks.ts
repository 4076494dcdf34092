/** The proof that indexes agree, and what integrity_check says of the same file. */
import { expect } from "vitest";
import { tablesNotProved } from "../../../migration/source/agreement/index-agreement";
import { checkIntegrity } from "../../../migration/source/integrity";
import { openReadOnly, type Sqlite } from "../../../migration/source/open";
import type { Damage } from "./index-damage";

export const says = (db: Sqlite, sql: string): string[] =>
  db
    .prepare<[], string>(sql)
    .pluck()
    .all()
    .filter((line) => line !== "ok");

export function opened<T>(path: string, use: (db: Sqlite) => T): T {
  const db = openReadOnly(path);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

export interface Counts {
  damaged: number;
  /** Tables of which quick_check has nothing to say that integrity_check complains of; and by kind of damage. */
  onlyInIndexes: number;
  kinds: { [kind in Damage["kind"]]?: number };
  proved: number;
}

/** The result is that of integrity_check, and no table of which it complains is proved. */
export function compare(path: string, kind: Damage["kind"], counts: Counts): void {
  let db: Sqlite;
  try {
    db = openReadOnly(path);
  } catch {
    return;
  }
  try {
    const said = attempted(() => says(db, "PRAGMA integrity_check"));
    const found = attempted(() => checkIntegrity(db, "it", "integrity_check", 0));
    if (Array.isArray(said) && Array.isArray(found)) expect(found).toEqual(said);
    else {
      expect(found).toBeInstanceOf(Error);
      if (Array.isArray(said) && said.length > 0)
        expect(String(found)).toContain(`integrity_check says ${firstDamage(said)}`);
    }
    for (const table of ["t", "u"]) {
      const quick = attempted(() => says(db, `PRAGMA quick_check(${table})`));
      const thorough = attempted(() => says(db, `PRAGMA integrity_check(${table})`));
      const proved = !tablesNotProved(db).includes(table);
      if (proved) counts.proved++;
      if (!Array.isArray(quick) || quick.some(isDamage)) continue;
      if (Array.isArray(thorough) && thorough.length === quick.length) continue;
      counts.onlyInIndexes++;
      counts.kinds[kind] = (counts.kinds[kind] ?? 0) + 1;
      expect({ thorough, proved }).toEqual({ thorough, proved: false });
    }
  } finally {
    db.close();
  }
}

const isDamage = (line: string) => !/^(NULL|TEXT|NUMERIC|non-unique entry|CHECK)/.test(line);
const firstDamage = (said: string[]) => said.find(isDamage) ?? said[0];

export function attempted<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}
