import { resolve } from "node:path";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { postgresUrl } from "../support/postgres";
import { DatabaseRights } from "./database-rights";
import { LoginRoles } from "./login-roles";
import { ObjectComments } from "./object-comments";
import type { PostgresServer } from "./postgres-server";
import { RolePassword } from "./role-password";
import { SecretVersion } from "./secret-version";
import type { DatabaseSettings } from "./settings";

/** Length of the generated password: 62^24 is beyond any search, and letters and digits need no quoting anywhere. */
const passwordLength = 24;

/** The log of what happened to the stack's secrets, from the project's folder. */
export function auditFile(): string {
  return `.pgstead/${pulumi.getStack()}/secrets.jsonl`;
}

/** What the application connects with. */
export interface Credentials {
  /** The role that logs in. */
  loginRole: pulumi.Output<string>;
  /** A secret. */
  password: pulumi.Output<string>;
  /** The URL with the password: a secret. */
  url: pulumi.Output<string>;
  /** Which password it is. */
  secretVersion: pulumi.Output<string>;
  /** Host, port and database. */
  address: pulumi.Output<string>;
}

/**
 * The application's database and the role that owns it, with a generated password. Nobody else may connect. A higher
 * `secretVersion` gives a new password; no data moves. Set in place, the old one stops working; with `rotation: alternating`, two
 * roles log in for the owner in turn, and the one before goes on working for a while.
 */
export class ApplicationDatabase extends pulumi.ComponentResource implements Credentials {
  readonly database: pulumi.Output<string>;
  /** The owner of the database and of all that is in it. */
  readonly role: pulumi.Output<string>;
  readonly loginRole: pulumi.Output<string>;
  /** A secret. */
  readonly password: pulumi.Output<string>;
  /** The URL with the password: a secret. */
  readonly url: pulumi.Output<string>;
  readonly secretVersion: pulumi.Output<string>;
  /** Since when the password is in force, ISO 8601. */
  readonly secretIssuedAt: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;

  constructor(
    name: string,
    args: { server: PostgresServer; settings: DatabaseSettings },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pgstead:database:ApplicationDatabase", name, {}, opts);
    const { server, settings } = args;

    const provider = new postgresql.Provider(
      `${name}-superuser`,
      {
        host: server.host,
        port: server.port,
        username: server.superuser,
        password: server.superuserPassword,
        sslmode: server.tlsMode,
        ...(server.tlsCaFile === "" ? {} : { sslrootcert: server.tlsCaFile }),
        superuser: server.isSuperuser,
      },
      { parent: this },
    );
    const content = pulumi.mergeOptions({ parent: this, provider }, server.contentOptions);

    const version = new SecretVersion(
      `${name}-secret-version`,
      {
        role: settings.role,
        version: settings.secretVersion,
        rotation: settings.rotation,
        auditFile: auditFile(),
      },
      { parent: this },
    );
    const password = new random.RandomPassword(
      `${name}-password`,
      {
        length: passwordLength,
        special: false,
        minLower: 1,
        minUpper: 1,
        minNumeric: 1,
        keepers: { secretVersion: version.key },
      },
      { parent: this },
    );
    // In data that a server was made from, role and database are there: they are imported as they are, the role with the
    // new password already, and the next `up` brings the rest to what config says.
    const found = (id: string, dependsOn: pulumi.Resource[] = []): pulumi.CustomResourceOptions =>
      server.hasContent ? { import: id, ignoreChanges: ["*"], dependsOn } : {};
    const alternating = settings.rotation.mode === "alternating";
    const keptRole =
      server.hasContent && !alternating
        ? [
            new RolePassword(
              `${name}-kept-role`,
              { server, role: settings.role, password: password.result },
              { parent: this },
            ),
          ]
        : [];
    const role = new postgresql.Role(
      `${name}-role`,
      alternating
        ? { name: settings.role, login: false }
        : { name: settings.role, login: true, password: password.result },
      pulumi.mergeOptions(
        // An owner that logged in itself so far does so until the next rotation, which ends it.
        alternating ? { ...content, ignoreChanges: ["login", "password"] } : content,
        found(settings.role, keptRole),
      ),
    );
    const database = new postgresql.Database(
      `${name}-database`,
      {
        name: settings.database,
        owner: role.name,
        encoding: "UTF8",
        // Of an ICU locale the database takes what the server was made with.
        ...(settings.locale.startsWith("icu:") ? {} : { lcCollate: settings.locale, lcCtype: settings.locale }),
        template: "template0",
      },
      { ...pulumi.mergeOptions(content, found(settings.database)), protect: server.protectsDatabase },
    );
    // One after the other: an administrator who is no superuser joins the owner for each, and one that is done leaves for all.
    const last: pulumi.Resource[] = [role, database];
    const inTurn = (opts: pulumi.CustomResourceOptions) => pulumi.mergeOptions(opts, { dependsOn: [...last] });
    const ours = pulumi.mergeOptions({ parent: this }, server.contentOptions);
    // Nobody knows before the server was looked at whether its administrator is a superuser; our own servers' is.
    if (server.isSuperuser !== true)
      last.push(
        new DatabaseRights(
          `${name}-rights`,
          { server, database: database.name, owner: role.name, extensions: settings.extensions.length > 0 },
          inTurn(ours),
        ),
      );
    last.push(
      new postgresql.Grant(
        `${name}-public`,
        { database: database.name, role: "public", objectType: "database", privileges: [] },
        inTurn(content),
      ),
    );
    last.push(
      new ObjectComments(`${name}-comments`, { server, database: database.name, role: role.name }, inTurn(ours)),
    );
    for (const extension of settings.extensions)
      last.push(
        new postgresql.Extension(`${name}-${extension}`, { name: extension, database: database.name }, inTurn(content)),
      );
    const logins = alternating
      ? new LoginRoles(
          `${name}-logins`,
          {
            server,
            database: database.name,
            owner: role.name,
            password: password.result,
            version: version.key,
            retireAfter: settings.rotation.retireAfter,
            auditFile: auditFile(),
          },
          inTurn(ours),
        )
      : undefined;

    this.database = database.name;
    this.role = role.name;
    this.loginRole = logins?.role ?? role.name;
    this.password = password.result;
    this.secretVersion = version.key;
    this.secretIssuedAt = version.issuedAt;
    this.address = pulumi.interpolate`${server.host}:${server.port}/${database.name}`;
    this.url = pulumi.secret(
      pulumi
        .all([server.host, server.port, this.loginRole, this.password, this.database])
        .apply(([host, port, user, secret, db]) =>
          postgresUrl({
            host,
            port,
            user,
            password: secret,
            database: db,
            tls: server.tlsMode,
            // The application runs in a folder of its own.
            ...(server.tlsCaFile === "" ? {} : { tlsCaFile: resolve(server.tlsCaFile) }),
          }),
        ),
    );
    this.registerOutputs({ database: this.database, role: this.role, url: this.url });
  }
}
