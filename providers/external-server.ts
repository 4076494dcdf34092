/** What a server that is there already lets its administrator do: looked at before anything is made in it, and again at every change. */
import type { Client } from "pg";
import { recommend } from "../server/tuning/recommend";
import type { Disk, Workload } from "../server/tuning/types";
import { parseMemory, type RunningSetting, sameValue } from "../server/units";
import { UserError } from "../support/errors";
import { differs } from "../support/plain-resource";
import { refusePooler } from "../support/pooler";
import { inSession } from "../support/postgres";
import { asAdministrator, type ServerLogin } from "../support/server-login";
import { isUnknown } from "../support/unknown-value";

interface Inputs extends ServerLogin {
  /** Extensions that the stack makes. */
  extensions: string[];
  /** Who makes backups; "archiving" is looked for. */
  backups?: string;
  /** The machine's, for the recommended settings; without them nothing is recommended. */
  memory: string;
  cpus: number;
  workload: Workload;
  disk: Disk;
}

interface Outputs extends Inputs {
  version: string;
  isSuperuser: boolean;
  /** Settings that pgstead would choose otherwise, and cannot write on a server that is not its own. */
  recommended: { name: string; current: string; recommended: string; reason: string }[];
}

/** The server is not ours: nothing of it goes. */
export { check, keep as delete, read } from "../support/plain-resource";

export async function create(inputs: Inputs) {
  return { id: `${inputs.host}:${inputs.port}`, outs: await look(inputs) };
}

export async function diff(_id: string, olds: Outputs, news: Inputs) {
  if (isUnknown(news)) return { changes: true };
  return { changes: differs(olds, news) };
}

export async function update(_id: string, _olds: Outputs, news: Inputs) {
  return { outs: await look(news) };
}

async function look(inputs: Inputs): Promise<Outputs> {
  const target = asAdministrator(inputs);
  return await inSession(target, async (client) => {
    await refusePooler(client, target);
    const { rows } = await client.query<{
      version: string;
      archives: boolean;
      super: boolean;
      role: boolean;
      database: boolean;
    }>(
      `SELECT current_setting('server_version') AS version, current_setting('archive_mode') <> 'off' AS archives,
         rolsuper AS super, rolsuper OR rolcreaterole AS role, rolsuper OR rolcreatedb AS database FROM pg_roles WHERE rolname = current_user`,
    );
    const me = rows[0];
    const problems: string[] = [];
    if (!me?.role) problems.push(`${inputs.superuser} may not make roles (CREATEROLE)`);
    if (!me?.database) problems.push(`${inputs.superuser} may not make databases (CREATEDB)`);
    if (inputs.backups === "archiving" && !me?.archives)
      problems.push("it archives nothing (archive_mode is off), which pgstead:backups says it does");
    problems.push(...(await extensionProblems(client, inputs.extensions)));
    if (problems.length > 0)
      throw new UserError(
        `The server ${inputs.host}:${inputs.port} does not allow what the stack needs: ${problems.join("; ")}. Nothing was changed.`,
        "Have that allowed by its administrator, or change the stack's config.",
      );
    const isSuperuser = me?.super === true;
    if (!isSuperuser) console.log(`${inputs.superuser} is no superuser: pgstead does with CREATEROLE and CREATEDB.`);
    const recommended = await compare(client, inputs);
    for (const { name, current, recommended: value } of recommended)
      console.log(`${name} is ${current}; pgstead would choose ${value}.`);
    return { ...inputs, version: me?.version.replace(/ .*/, "") ?? "", isSuperuser, recommended };
  });
}

/** Managed servers have lists of what may be made: Amazon's in rds.allowed_extensions, Azure's in azure.extensions. */
async function extensionProblems(client: Client, wanted: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ allowed: string | null; available: string[] }>(
    `SELECT coalesce(current_setting('rds.allowed_extensions', true), current_setting('azure.extensions', true)) AS allowed,
       ARRAY(SELECT name::text FROM pg_available_extensions) AS available`,
  );
  const { allowed = null, available = [] } = rows[0] ?? {};
  const list = allowed?.split(",").map((name) => name.trim().toLowerCase());
  return wanted.flatMap((name) => {
    if (!available.includes(name)) return [`it has no extension ${name}`];
    if (list === undefined || list.includes("*") || list.includes(name.toLowerCase()) || allowed === "") return [];
    return [`its list of allowed extensions does not have ${name} (${allowed})`];
  });
}

async function compare(client: Client, inputs: Inputs): Promise<Outputs["recommended"]> {
  if (inputs.memory === "") return [];
  const settings = recommend({
    memoryBytes: parseMemory(inputs.memory),
    cpus: Math.max(1, inputs.cpus),
    workload: inputs.workload,
    disk: inputs.disk,
    platform: "linux",
    lz4: false,
  });
  const { rows } = await client.query<RunningSetting & { name: string; shown: string }>(
    "SELECT name, setting, unit, vartype, current_setting(name) AS shown FROM pg_settings WHERE name = ANY ($1)",
    [settings.map(({ name }) => name)],
  );
  return settings.flatMap(({ name, value, reason }) => {
    const row = rows.find((r) => r.name === name);
    if (row === undefined || row.vartype === "enum" || sameValue(value, row)) return [];
    return [{ name, current: row.shown, recommended: value, reason }];
  });
}
