import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { postgresUrl } from "../support/postgres";
import type { PostgresServer } from "./postgres-server";
import { RolePassword } from "./role-password";
import type { DatabaseSettings } from "./settings";

/** Length of the generated password: 62^24 is beyond any search, and letters and digits need no quoting anywhere. */
const passwordLength = 24;

/**
 * The application's database and the role that owns it, with a generated password. Nobody else may connect. A higher
 * `secretVersion` gives a new password, set in place: the old one stops working, no data moves.
 */
export class ApplicationDatabase extends pulumi.ComponentResource {
  readonly database: pulumi.Output<string>;
  readonly role: pulumi.Output<string>;
  /** A secret. */
  readonly password: pulumi.Output<string>;
  /** The URL with the password: a secret. */
  readonly url: pulumi.Output<string>;

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
        superuser: true,
      },
      { parent: this },
    );
    const content = pulumi.mergeOptions({ parent: this, provider }, server.contentOptions);

    const password = new random.RandomPassword(
      `${name}-password`,
      {
        length: passwordLength,
        special: false,
        minLower: 1,
        minUpper: 1,
        minNumeric: 1,
        keepers: { secretVersion: String(settings.secretVersion) },
      },
      { parent: this },
    );
    // In data that a server was made from, role and database are there: they are imported as they are, the role with the
    // new password already, and the next `up` brings the rest to what config says.
    const found = (id: string, dependsOn: pulumi.Resource[] = []): pulumi.CustomResourceOptions =>
      server.hasContent ? { import: id, ignoreChanges: ["*"], dependsOn } : {};
    const keptRole = server.hasContent
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
      { name: settings.role, login: true, password: password.result },
      pulumi.mergeOptions(content, found(settings.role, keptRole)),
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
      pulumi.mergeOptions(content, found(settings.database)),
    );
    new postgresql.Grant(
      `${name}-public`,
      { database: database.name, role: "public", objectType: "database", privileges: [] },
      content,
    );
    for (const extension of settings.extensions)
      new postgresql.Extension(`${name}-${extension}`, { name: extension, database: database.name }, content);

    this.database = database.name;
    this.role = role.name;
    this.password = password.result;
    this.url = pulumi.secret(
      pulumi
        .all([server.host, server.port, this.role, this.password, this.database])
        .apply(([host, port, user, secret, db]) =>
          postgresUrl({
            host,
            port,
            user,
            password: secret,
            database: db,
            tls: server.tlsMode,
            ...(server.tlsCaFile === "" ? {} : { tlsCaFile: server.tlsCaFile }),
          }),
        ),
    );
    this.registerOutputs({ database: this.database, role: this.role, url: this.url });
  }
}
