import * as pulumi from "@pulumi/pulumi";
import type { MigrationReport, Policies } from "../migration/model";
import type { ReportDigest } from "../migration/report/digest";
import type { ApplicationDatabase } from "./application-database";
import { ProjectResource } from "./dynamic";
import type { PostgresServer } from "./postgres-server";
import { serverAddress } from "./server-login";
import type { MigrationSettings } from "./settings";

/** The SQLite data, moved in and verified. Its outputs are the proof. */
export class DataMigration extends pulumi.ComponentResource {
  readonly status: pulumi.Output<string>;
  readonly rows: pulumi.Output<string>;
  readonly report: pulumi.Output<ReportDigest>;
  /** Paths of the report in full, the log, and the source's copy. */
  readonly files: pulumi.Output<MigrationReport["files"]>;

  constructor(
    name: string,
    args: { server: PostgresServer; database: ApplicationDatabase; settings: MigrationSettings },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pgstead:migration:DataMigration", name, {}, opts);
    const { server, database, settings } = args;
    const load = new SqliteLoad(
      `${name}-load`,
      {
        source: settings.source,
        mode: settings.mode,
        excludeTables: settings.excludeTables,
        batchSize: settings.batchSize,
        badRows: settings.badRows,
        verification: settings.verification,
        policies: settings.policies,
        compareQueries: settings.compareQueries,
        run: settings.run,
        overwrite: settings.overwrite,
        takeOver: server.hasContent,
        workFolder: `.pgstead/${pulumi.getStack()}/migrations`,
        server: server.identity,
        ...serverAddress(server),
        database: database.database,
        role: database.loginRole,
        password: database.password,
      },
      // The tables are the application's now: they go with the server or stay with it, never because this resource goes.
      pulumi.mergeOptions({ parent: this, dependsOn: [database] }, server.contentOptions),
    );
    this.status = load.status;
    this.rows = load.rows;
    this.report = load.report;
    this.files = load.files;
    this.registerOutputs({ status: this.status, rows: this.rows });
  }
}

/** Inputs of the migration's dynamic resource; see providers/data-migration.ts. */
interface SqliteLoadArgs {
  source: pulumi.Input<string>;
  mode: pulumi.Input<string>;
  excludeTables: pulumi.Input<string[]>;
  batchSize: pulumi.Input<number>;
  badRows: pulumi.Input<string>;
  verification: pulumi.Input<string>;
  policies: pulumi.Input<Policies>;
  compareQueries: pulumi.Input<{ name: string; sql: string }[]>;
  run: pulumi.Input<number>;
  overwrite: pulumi.Input<boolean>;
  takeOver: pulumi.Input<boolean>;
  workFolder: pulumi.Input<string>;
  server: pulumi.Input<string>;
  stack: pulumi.Input<string>;
  host: pulumi.Input<string>;
  port: pulumi.Input<number>;
  tlsMode: pulumi.Input<string>;
  tlsCaFile: pulumi.Input<string>;
  database: pulumi.Input<string>;
  role: pulumi.Input<string>;
  password: pulumi.Input<string>;
}

class SqliteLoad extends ProjectResource {
  declare readonly status: pulumi.Output<string>;
  declare readonly rows: pulumi.Output<string>;
  declare readonly report: pulumi.Output<ReportDigest>;
  declare readonly files: pulumi.Output<MigrationReport["files"]>;

  constructor(name: string, args: SqliteLoadArgs, opts: pulumi.CustomResourceOptions) {
    super(
      "SqliteLoad",
      "./providers/data-migration.ts",
      name,
      { status: undefined, rows: undefined, report: undefined, files: undefined, ...args },
      opts,
    );
  }
}
