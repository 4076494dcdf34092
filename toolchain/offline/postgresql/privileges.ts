import { escapeIdentifier } from "pg";

/** What privileges are granted on, and what SQL and the catalogs call it. */
interface ObjectKind {
  privileges: readonly string[];
  /** Whether it is within a schema, or is one. */
  schema: boolean;
  /** Whether single objects can be named. */
  objects: boolean;
  /** acldefault's letter for it. */
  defaultAcl: string;
}

/** The kinds that are implemented, with the privileges that the official provider takes for each. */
export const objectKinds = {
  database: { privileges: ["ALL", "CREATE", "CONNECT", "TEMPORARY"], schema: false, objects: false, defaultAcl: "d" },
  schema: { privileges: ["ALL", "CREATE", "USAGE"], schema: true, objects: false, defaultAcl: "n" },
  table: {
    privileges: ["ALL", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
    schema: true,
    objects: true,
    defaultAcl: "r",
  },
  sequence: { privileges: ["ALL", "USAGE", "SELECT", "UPDATE"], schema: true, objects: true, defaultAcl: "s" },
} as const satisfies Record<string, ObjectKind>;

export type ObjectType = keyof typeof objectKinds;

export function isObjectType(name: string): name is ObjectType {
  return Object.hasOwn(objectKinds, name);
}

/** What a grant is on. */
export interface GrantedOn {
  objectType: ObjectType;
  database: string;
  schema: string | null;
  objects: readonly string[] | null;
}

/** The role as SQL writes it: PUBLIC is no role's name but a word. */
export function grantee(role: string): string {
  return role === "public" ? "PUBLIC" : escapeIdentifier(role);
}

/** The object, or objects, of GRANT and REVOKE. */
export function objectClause(on: GrantedOn): string {
  const schema = escapeIdentifier(on.schema ?? "");
  if (on.objectType === "database") return `DATABASE ${escapeIdentifier(on.database)}`;
  if (on.objectType === "schema") return `SCHEMA ${schema}`;
  const kind = on.objectType.toUpperCase();
  if (on.objects === null || on.objects.length === 0) return `ALL ${kind}S IN SCHEMA ${schema}`;
  return `${kind} ${on.objects.map((object) => `${schema}.${escapeIdentifier(object)}`).join(", ")}`;
}

/**
 * The query for what is granted: one row an object, with the privileges of the role whose oid is $1 (0 is PUBLIC). An
 * object whose privileges nobody ever touched has none recorded: then its kind's built-in ones are in force.
 */
export function grantedQuery(on: GrantedOn): { sql: string; parameters: unknown[] } {
  const letter = objectKinds[on.objectType].defaultAcl;
  const privileges = (acl: string, owner: string) =>
    `ARRAY(SELECT DISTINCT privilege_type FROM pg_catalog.aclexplode(coalesce(${acl}, pg_catalog.acldefault('${letter}', ${owner})))
           WHERE grantee = $1) AS privileges,
     ARRAY(SELECT DISTINCT privilege_type FROM pg_catalog.aclexplode(pg_catalog.acldefault('${letter}', ${owner}))
           WHERE grantee = ${owner}) AS every`;
  if (on.objectType === "database")
    return {
      sql: `SELECT ${privileges("datacl", "datdba")} FROM pg_catalog.pg_database WHERE datname = $2`,
      parameters: [on.database],
    };
  if (on.objectType === "schema")
    return {
      sql: `SELECT ${privileges("nspacl", "nspowner")} FROM pg_catalog.pg_namespace WHERE nspname = $2`,
      parameters: [on.schema],
    };
  const named = on.objects !== null && on.objects.length > 0;
  return {
    sql: `SELECT ${privileges("relacl", "relowner")}
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = $2 AND ${named ? "c.relname = ANY($3)" : `c.relkind = '${on.objectType === "table" ? "r" : "S"}'`}
          ORDER BY c.relname`,
    parameters: [on.schema, ...(named ? [on.objects] : [])],
  };
}
