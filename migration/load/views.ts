/** The views, made in the staging schema over the loaded tables. One that PostgreSQL refuses, or that gives other rows, stays behind. */
import type { Client } from "pg";
import type { Check, MigrationPlan, ViewPlan } from "../model";
import { qualified } from "../plan/ddl";
import { createView, viewLeftBehind } from "../translate/view";
import { viewCheckName } from "../verify/views";
import { isRefusal } from "./refusal";
import type { LoadContext } from "./table";

export async function makeViews({ client, run, schema }: LoadContext, plan: MigrationPlan): Promise<void> {
  if (plan.views.length === 0) return;
  await run.step("making views", async () => {
    for (const view of [...plan.views]) {
      if (!plan.views.includes(view)) continue;
      const names = view.columns.map((column) => column.target);
      try {
        await client.query(createView(schema, view.target, names, view.query));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        for (const line of leaveViewBehind(plan, view, `PostgreSQL refuses its translation: ${error.message}`))
          run.log(line);
      }
    }
  });
}

/** Leaves a view behind, and those that read it. @returns lines for the log */
function leaveViewBehind(plan: MigrationPlan, view: ViewPlan, reason: string): string[] {
  plan.views = plan.views.filter((other) => other !== view);
  plan.leftBehind.push(viewLeftBehind(view.source, reason, view.sourceSql));
  const readers = plan.views.filter((other) => other.reads.includes(view.target));
  return [
    `left behind: the view ${view.source}: ${reason}; its translation was: ${view.sql}`,
    ...readers
      .filter((reader) => plan.views.includes(reader))
      .flatMap((reader) => leaveViewBehind(plan, reader, `It reads the view ${view.source}, which stays behind`)),
  ];
}

/**
 * Drops the views that were not proved to give SQLite's rows, and those that read them.
 *
 * @returns the checks of what stays in the plan, and lines for the log
 */
export async function dropUnprovedViews(
  client: Client,
  schema: string,
  plan: MigrationPlan,
  checks: Check[],
): Promise<{ checks: Check[]; lines: string[] }> {
  const before = [...plan.views];
  const lines: string[] = [];
  for (const view of before) {
    const check = checks.find((one) => one.name === viewCheckName(view) && one.status !== "passed");
    if (check === undefined || !plan.views.includes(view)) continue;
    const what = check.status === "failed" ? "Its translation gives other rows" : "It could not be compared";
    lines.push(...leaveViewBehind(plan, view, `${what}: ${check.detail}`));
  }
  const dropped = before.filter((view) => !plan.views.includes(view));
  if (dropped.length > 0)
    await client.query(`DROP VIEW ${dropped.map((view) => qualified(schema, view.target)).join(", ")}`);
  const names = dropped.map(viewCheckName);
  return { checks: checks.filter((check) => !names.includes(check.name)), lines };
}
