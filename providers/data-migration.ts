/** The life of a migration: it is done once, and kept as what happened. Nothing loads again without being told to. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RecordedRun } from "../migration";
import type { CompareQuery, MigrationOptions, MigrationReport, Policies } from "../migration/model";
import { defaultPolicies } from "../migration/policies";
import type { ReportDigest } from "../migration/report/digest";
import { version } from "../package.json";
import { inSession, type TlsMode } from "../support/postgres";
import { sessionName, tls } from "../support/server-login";
import { unknownValue } from "../support/unknown-value";

interface Inputs {
  source: string;
  mode: MigrationOptions["mode"];
  excludeTables: string[];
  batchSize: number;
  badRows: MigrationOptions["badRows"];
  verification: MigrationOptions["verification"];
  policies: Policies;
  compareQueries: CompareQuery[];
  /** Raised to load again. */
  run: number;
  overwrite: boolean;
  /** Whether the server was made from a folder that may hold the data already. */
  takeOver: boolean;
  workFolder: string;
  /** Tells one server's data from another's. */
  server: string;
  host: string;
  port: number;
  tlsMode: TlsMode;
  tlsCaFile: string;
  /** Project and stack; absent in states of before sessions named themselves by it. */
  stack?: string;
  database: string;
  role: string;
  password: string;
}

/** Without the password: a migration needs it only while it runs. A state of before it was an option has no `verification`. */
interface Outputs extends Omit<Inputs, "password" | "verification"> {
  verification?: Inputs["verification"];
  status: MigrationReport["status"];
  rows: string;
  report: ReportDigest;
  files: MigrationReport["files"];
  engineVersion: string;
  /** The source as it was when it was loaded. */
  sourceFile: SourceFile;
}

interface SourceFile {
  /** Size and time of change of the file and its write-ahead log: equal means unchanged, without reading them. */
  stamp: string;
  sha256: string;
}

/** A migration is history: nothing that happens to the tables afterwards changes it, and they go with the server, or stay with it. */
export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  const earlier = await loadedBefore(inputs);
  const outs = earlier === undefined ? await load(inputs) : await takeOver(inputs, earlier);
  return { id: `${inputs.database}@${outs.report.startedAt}`, outs };
}

/**
 * Loads again only for another server or database, or a raised `run`. A changed file, option or engine is a finding: it is
 * said, and the data that the application works with since stays as it is.
 */
export async function diff(_id: string, olds: Outputs, news: Inputs) {
  // In a preview in which the server is updated its identity is not known; an update keeps it.
  const elsewhere =
    ![olds.server, unknownValue].includes(news.server) || ![olds.database, unknownValue].includes(news.database);
  const changes = elsewhere || news.run !== olds.run;
  if (!changes)
    for (const finding of await findings(olds, news))
      console.log(`${finding}: the loaded data stays as it is. Raise pgstead:migrationRun to load again.`);
  return { changes };
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: await load(news) };
}

/**
 * The run that moved the data in although no state knows it: a run of this stack, killed between its commit and the
 * state's, or one in a data folder that the server was made from. Loading again would overwrite what the application has.
 */
async function loadedBefore(inputs: Inputs): Promise<RecordedRun | undefined> {
  const { lastRun } = engine();
  const { target, schema, workFolder } = options(inputs);
  const last = await inSession(target, (client) => lastRun(client, schema));
  if (last === null) return undefined;
  return inputs.takeOver || existsSync(join(workFolder, last.id)) ? last : undefined;
}

async function takeOver(inputs: Inputs, { id, report, files }: RecordedRun): Promise<Outputs> {
  console.log(`The data was moved in by run ${id} already, and is taken over as it is: nothing is loaded again.`);
  return outputs(inputs, report, files, await fingerprint(inputs.source));
}

async function load(inputs: Inputs): Promise<Outputs> {
  const sourceFile = await fingerprint(inputs.source);
  const { digest, migrate } = engine();
  const report = await migrate(options(inputs), occasionally(console.log));
  const result = digest(report);
  console.log(result.summary);
  return outputs(inputs, result, report.files, sourceFile);
}

function outputs(
  { password: _, ...rest }: Inputs,
  report: ReportDigest,
  files: Outputs["files"],
  sourceFile: SourceFile,
): Outputs {
  const { status, totals } = report;
  return { ...rest, status, rows: totals.loadedRows, report, files, engineVersion: version, sourceFile };
}

/** Hands on a line of progress when none was shown for two seconds; the run's log has them all. */
function occasionally(show: (line: string) => void): (line: string) => void {
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < 2_000) return;
    last = Date.now();
    show(line);
  };
}

function options(inputs: Inputs): MigrationOptions {
  return {
    source: resolve(inputs.source),
    target: {
      host: inputs.host,
      port: inputs.port,
      database: inputs.database,
      user: inputs.role,
      password: inputs.password,
      ...tls(inputs),
      ...sessionName(inputs.stack),
    },
    mode: inputs.mode,
    schema: "public",
    excludeTables: inputs.excludeTables,
    batchSize: inputs.batchSize,
    badRows: inputs.badRows,
    verification: inputs.verification,
    ...inputs.policies,
    overwrite: inputs.overwrite,
    compareQueries: inputs.compareQueries,
    workFolder: resolve(inputs.workFolder),
  };
}

/** Loaded only where something is moved: the comparison that every preview makes must not wait for it. */
function engine() {
  return require("../migration") as typeof import("../migration");
}

/** What differs from the load that was done, in words. */
async function findings(olds: Outputs, news: Inputs): Promise<string[]> {
  const found: string[] = [];
  const decisive = ["source", "mode", "excludeTables", "badRows"] as const;
  for (const name of decisive)
    if (JSON.stringify(news[name]) !== JSON.stringify(olds[name]))
      found.push(`${name} has changed since the migration`);
  // A state of before there was a policy has none: it was migrated by its default.
  const defaults: Policies = defaultPolicies;
  for (const name of Object.keys(defaults) as (keyof Policies)[])
    if (JSON.stringify(news.policies[name]) !== JSON.stringify(olds.policies?.[name] ?? defaults[name]))
      found.push(`${name} has changed since the migration`);
  if (olds.engineVersion !== version)
    found.push(`pgstead is ${version} now, and was ${olds.engineVersion} at the migration`);
  if (news.source === olds.source && existsSync(news.source) && stamp(news.source) !== olds.sourceFile.stamp)
    if ((await fingerprint(news.source)).sha256 !== olds.sourceFile.sha256)
      found.push(`${news.source} has changed since it was migrated`);
  return found;
}

/** The file's content and its write-ahead log's. Missing files are left to the engine's own message. */
async function fingerprint(source: string): Promise<SourceFile> {
  const hash = createHash("sha256");
  const before = stamp(source);
  for (const file of parts(source)) for await (const chunk of createReadStream(file)) hash.update(chunk);
  return { stamp: before, sha256: hash.digest("hex") };
}

function stamp(source: string): string {
  return parts(source)
    .map((file) => statSync(file, { bigint: true }))
    .map((stat) => `${stat.size}@${stat.mtimeNs}`)
    .join(" ");
}

function parts(source: string): string[] {
  return [source, `${source}-wal`].filter((file) => existsSync(file) && statSync(file).isFile());
}
