import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planSource } from "../../../migration/plan-source";
import { renderPlan } from "../../../migration/report/plan";

describe("the plan for a terminal", () => {
  const planned = planSource({
    source: join(__dirname, "../../../samples/backup-management.sql"),
    schema: "public",
    excludeTables: ["api_keys", "apscheduler_jobs", "refresh_tokens"],
  });

  it("shows tables with their rows, columns with type and reason, keys, and what stays behind", async () => {
    const text = renderPlan(await planned);
    expect(text).toMatch(/^\S+backup-management\.sql to schema public \(mode create\): 15 tables, 33 rows\n/);
    expect(text).toMatch(/\nusers: 1 row\n/);
    expect(text).toMatch(/\n {2}has_offsite +boolean not null +Declared BOOLEAN/);
    expect(text).toContain("\n  unique index ix_users_email (email)\n");
    expect(text).toContain("\n  (owner_id) references users (id)\n");
    expect(text).toMatch(/Stays behind:\n(.*\n)*? {2}table api_keys: Excluded/);
  });

  it("lets no name or reason steer the terminal", async () => {
    const plan = structuredClone(await planned);
    plan.warnings.push("bad\u001b[2Jname\nnext");
    expect(renderPlan(plan)).toContain("  bad\\u001b[2Jname next\n");
  });
});
