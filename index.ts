/** The program: settings -> server -> database -> migration -> what the application is given -> outputs. */
import * as pulumi from "@pulumi/pulumi";
import { ApplicationDatabase } from "./components/application-database";
import { DataMigration } from "./components/data-migration";
import { EnvFile } from "./components/env-file";
import { NotifyCommand } from "./components/notify-command";
import { postgresServer } from "./components/postgres-server";
import { refusal } from "./components/refusal";
import { SecretFile } from "./components/secret-file";
import { readSettings } from "./components/settings";
import { factsOf } from "./stack/facts";
import { policyFindings } from "./stack/policies";

const settings = readSettings();
const facts = factsOf(settings);
const findings = policyFindings(facts);
// On data that is protected the rules are binding; elsewhere they are said.
if (settings.server.protect && findings.length > 0) throw refusal(`${findings.join(" ")} Nothing was changed.`);
for (const finding of findings) void pulumi.log.warn(finding);

const server = postgresServer("postgres", settings.server, settings.database.extensions, facts);
const database = new ApplicationDatabase("application", { server, settings: settings.database });
const migration =
  settings.migration === undefined
    ? undefined
    : new DataMigration("migration", { server, database, settings: settings.migration });
// The application is pointed to its new database only once its data is there, and proved.
const { handOut } = settings;
const proved = migration === undefined ? [] : [migration];
const envFile =
  handOut.envFile === ""
    ? undefined
    : new EnvFile("env-file", { file: handOut.envFile, credentials: database }, { dependsOn: proved });
const secretFile =
  handOut.secretFile === ""
    ? undefined
    : new SecretFile(
        "secret-file",
        { file: handOut.secretFile, content: handOut.secretFileContent, credentials: database },
        { dependsOn: proved },
      );
if (handOut.notifyCommand.length > 0)
  new NotifyCommand(
    "notify-command",
    {
      command: handOut.notifyCommand,
      credentials: database,
      envFile: envFile?.path ?? "",
      secretFile: secretFile?.path ?? "",
    },
    { dependsOn: proved },
  );

export const url = database.url;
export const host = server.host;
export const port = server.port;
export const databaseName = database.database;
export const role = database.role;
export const loginRole = database.loginRole;
export const secretVersion = database.secretVersion;
export const secretIssuedAt = database.secretIssuedAt;
// Of a server that is not ours, the migration knows the version.
export const serverVersion = pulumi
  .all([server.version, migration?.report])
  .apply(([version, report]) => version || (report?.target.serverVersion ?? ""));
export const dataFolder = server.dataFolder;
export const migrationStatus = migration?.status ?? "no source is configured";
export const migratedRows = migration?.rows ?? "0";
export const report = migration?.report ?? null;
export const reportFiles = migration?.files ?? null;
export const envFilePath = envFile?.path ?? null;
export const secretFilePath = secretFile?.path ?? null;
