/** `npm run schema` writes the report's JSON Schema anew from migration/model/. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "./json-schema";

const folder = join(__dirname, "../../migration");
export const schemaPath = join(folder, "report/report.schema.json");

/** The schema's text, as it must stand in the file. */
export function reportSchema(): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:pgstead:report:1",
    title: "pgstead's migration report",
    ...jsonSchema(join(folder, "model/report.ts"), "MigrationReport"),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (require.main === module) writeFileSync(schemaPath, reportSchema());
