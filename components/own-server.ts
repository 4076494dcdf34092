/** What servers that pgstead makes have in common, whichever way they are run. */
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DockerSettings, EmbeddedSettings } from "./settings";

type OwnSettings = EmbeddedSettings | DockerSettings;

/** What the dynamic resource of a server tells of it. */
interface OwnCluster {
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  superuser: pulumi.Output<string>;
  version: pulumi.Output<string>;
  systemIdentifier: pulumi.Output<string>;
}

/** How it is reached: on its machine, or through a tunnel to it. */
export function ownServer(
  { host, port, superuser, version, systemIdentifier }: OwnCluster,
  password: pulumi.Output<string>,
) {
  return {
    isSuperuser: true,
    tlsMode: "disable",
    tlsCaFile: "",
    protectsDatabase: false,
    host,
    port,
    superuser,
    superuserPassword: password,
    version,
    identity: systemIdentifier,
  } as const;
}

/** The generated password of the superuser. The first version has no keepers: a stack made before there were versions keeps its password. */
export function superuserPassword(
  name: string,
  { superuserSecretVersion: version }: OwnSettings,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const keepers = version === 1 ? {} : { keepers: { secretVersion: String(version) } };
  return new random.RandomPassword(`${name}-superuser`, { length: 32, special: false, ...keepers }, { parent }).result;
}

/** What decides postgresql.conf, and how a change of it comes into force; see SettingsWish and DrainWish. */
export function configurationWish({ postgresql, restart }: OwnSettings) {
  const { overrides: settings, ...tuning } = postgresql;
  return { restartWait: restart.wait, restartOverdue: restart.overdue, ...tuning, settings };
}
