import type { Property } from "../resource-type";

export interface RoleState {
  name: string;
  login: boolean;
  password: string | null;
  passwordWo: string | null;
  passwordWoVersion: string | null;
  encrypted: null;
  encryptedPassword: boolean;
  validUntil: string;
  connectionLimit: number;
  superuser: boolean;
  createDatabase: boolean;
  createRole: boolean;
  inherit: boolean;
  replication: boolean;
  bypassRowLevelSecurity: boolean;
  roles: string[] | null;
  searchPaths: string[] | null;
  statementTimeout: number | null;
  idleInTransactionSessionTimeout: number | null;
  assumeRole: string | null;
  skipDropRole: boolean;
  skipReassignOwned: boolean;
}

/** As the official provider has them. */
export const roleProperties: { [Name in keyof RoleState]: Property } = {
  name: { type: "string", required: true, autoName: true },
  login: { type: "boolean", default: false },
  password: { type: "string", secret: true },
  passwordWo: { type: "string", secret: true, writeOnly: true },
  passwordWoVersion: { type: "string" },
  encrypted: { type: "string", refuse: () => "is long deprecated and not implemented: leave it out." },
  encryptedPassword: {
    type: "boolean",
    default: true,
    refuse: (value) => (value === true ? undefined : "must be true: PostgreSQL stores no password unencrypted."),
  },
  validUntil: { type: "string", default: "infinity" },
  connectionLimit: { type: "number", default: -1, refuse: atLeast(-1) },
  superuser: { type: "boolean", default: false },
  createDatabase: { type: "boolean", default: false },
  createRole: { type: "boolean", default: false },
  inherit: { type: "boolean", default: true },
  replication: { type: "boolean", default: false },
  bypassRowLevelSecurity: { type: "boolean", default: false },
  roles: { type: "set" },
  searchPaths: {
    type: "list",
    stateName: "search_path",
    refuse: (paths) =>
      (paths as string[]).some((path) => path.includes(", ")) ? "cannot hold a path with ', ' in it." : undefined,
  },
  statementTimeout: { type: "number", refuse: atLeast(0) },
  idleInTransactionSessionTimeout: { type: "number", refuse: atLeast(0) },
  assumeRole: { type: "string" },
  skipDropRole: { type: "boolean", default: false },
  skipReassignOwned: { type: "boolean", default: false },
};

function atLeast(least: number): (value: unknown) => string | undefined {
  return (value) => ((value as number) < least ? `must be at least ${least}.` : undefined);
}
