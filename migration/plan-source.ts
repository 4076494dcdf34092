import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { badTextWarnings } from "./load/bad-texts";
import { planKeepingApart } from "./load/equal-rows";
import { addRemarks } from "./load/remarks";
import type { MigrationOptions, MigrationPlan, Policies } from "./model";
import { readChoices } from "./plan/choices";
import type { Profiles } from "./plan/columns";
import { readCatalog } from "./source/catalog";
import { freeze } from "./source/freeze";
import { lookAtShapes } from "./source/moment-shapes";
import { openReadOnly } from "./source/open";
import { lookAtTexts, profileTable } from "./source/profile";

/**
 * The plan of `create` mode from the source alone, for a first look before there is a server. What a target may have against it is
 * not seen.
 *
 * @throws UserError for a source that cannot be read
 */
export async function planSource(
  options: Pick<MigrationOptions, "source" | "schema" | "excludeTables"> &
    Partial<Policies & Pick<MigrationOptions, "badRows">>,
): Promise<MigrationPlan> {
  const folder = mkdtempSync(join(tmpdir(), "pgstead-plan-"));
  try {
    const { readable, fingerprint } = await freeze(options.source, folder, "plan");
    const db = openReadOnly(readable.path);
    try {
      const catalog = readCatalog(db, fingerprint, readable.originalSql);
      const choices = readChoices(catalog.tables, options, catalog.objects);
      const carried = catalog.tables.filter(
        ({ kind, name }) => kind === "table" && !options.excludeTables.includes(name),
      );
      const profiles: Profiles = new Map(
        carried.map((table) => [
          table.name,
          lookAtShapes(db, table, lookAtTexts(db, table, profileTable(db, table), choices), catalog.objects),
        ]),
      );
      const { planned } = planKeepingApart(db, catalog, profiles, options);
      addRemarks(db, planned, options.badRows ?? "fail");
      planned.warnings.push(...badTextWarnings(db, planned, options.badRows));
      return planned;
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
