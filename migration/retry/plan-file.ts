/** The plan of a run that set rows aside, beside their file: by it they are loaded later. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, UserError } from "../../support/errors";
import { writeFileAtomic } from "../../support/files";
import type { MigrationPlan } from "../model";

export interface PlanFile {
  format: 1;
  /** The run's id. */
  run: string;
  plan: MigrationPlan;
}

const fileName = "plan.json";

export function writePlanFile(folder: string, file: PlanFile): void {
  // Names, expressions and keys of a private database.
  writeFileAtomic(join(folder, fileName), `${JSON.stringify(file)}\n`, 0o600);
}

/** Reads the plan beside a reject file. @throws UserError where there is none */
export function readPlanFile(rejectsPath: string): PlanFile {
  const path = join(dirname(rejectsPath), fileName);
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as PlanFile;
    if (file?.format !== 1 || typeof file.run !== "string" || !Array.isArray(file.plan?.tables))
      throw new Error("it is no plan of pgstead");
    return file;
  } catch (error) {
    throw new UserError(
      `The plan of the run, ${path}, cannot be read: ${messageOf(error)}.`,
      `Leave ${basename(rejectsPath)} in the folder of the run that made it. A run that failed has loaded nothing and leaves no plan: run it again.`,
      { cause: error },
    );
  }
}
