/** A real Docker Engine for tests, where there is one, and an image for it that needs no registry. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packagedBinaries } from "../../server/embedded/binaries";

export const testImage = "pgstead-test/postgres:16";

/** Runs the docker command. @returns what it printed */
export function docker(...args: string[]): string {
  return dockerWithInput("", ...args);
}

export function dockerWithInput(input: string, ...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", input, stdio: "pipe", maxBuffer: 2 ** 26 }).trim();
}

/** Why Docker cannot be used here; undefined when it can. DOCKER_HOST says where it is, as for the docker command itself. */
export function noDocker(): string | undefined {
  if (process.platform !== "linux") return "the test's image is made of this machine's files, which takes a Linux";
  const { status, error, stderr } = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], {
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  return error === undefined ? stderr.trim().split("\n").at(-1) : "there is no docker command";
}

/**
 * Makes an image with the contract of the official postgres family (POSTGRES_USER, POSTGRES_PASSWORD_FILE, POSTGRES_INITDB_ARGS, PGDATA) from
 * the packaged binaries and this machine's own shell and libraries.
 *
 * @param variables of the image, such as another PG_VERSION
 */
export function buildImage(tag = testImage, variables: Record<string, string> = {}): void {
  const root = mkdtempSync(join(tmpdir(), "pgstead-image-"));
  // It becomes the image's own root folder, with its mode.
  chmodSync(root, 0o755);
  try {
    const native = dirname(packagedBinaries());
    cpSync(native, join(root, "usr", "local", "pgsql"), { recursive: true, verbatimSymlinks: true });
    const names = ["sh", "cat", "chown", "chmod", "id", "mkdir", "rm", "setpriv"];
    const tools = names.map((name) =>
      execFileSync("sh", ["-c", 'readlink -f "$(command -v "$1")"', "sh", name], { encoding: "utf8" }).trim(),
    );
    for (const [i, path] of tools.entries()) put(path, join(root, "bin", names[i] as string));
    for (const path of [...tools, ...["postgres", "initdb", "pg_ctl"].map((name) => join(native, "bin", name))])
      for (const library of librariesOf(path)) if (!library.startsWith(native)) put(library, join(root, library));
    for (const folder of ["tmp", "run/secrets", "var/run/postgresql", "var/lib/postgresql/data", "etc"])
      mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, "tmp"), 0o1777);
    writeFileSync(
      join(root, "etc", "passwd"),
      "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n",
    );
    writeFileSync(join(root, "etc", "group"), "root:x:0:\npostgres:x:999:\n");
    writeFileSync(join(root, "entrypoint.sh"), entrypoint, { mode: 0o755 });
    // The packaged binaries have none: it tells whether the server runs.
    writeFileSync(join(root, "bin", "pg_isready"), isReady, { mode: 0o755 });
    const archive = join(root, "..", `${root.split("/").at(-1)}.tar`);
    execFileSync("tar", ["-C", root, "--owner=0", "--group=0", "-cf", archive, "."]);
    const environment = { PATH: "/usr/local/pgsql/bin:/bin", PG_MAJOR: "16", PG_VERSION: "16.14", ...variables };
    docker(
      "import",
      ...Object.entries(environment).flatMap(([name, value]) => ["--change", `ENV ${name}=${value}`]),
      "--change",
      'ENTRYPOINT ["/entrypoint.sh"]',
      "--change",
      'CMD ["postgres"]',
      archive,
      tag,
    );
    rmSync(archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) copyFileSync(from, to);
}

function librariesOf(program: string): string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] as string);
}

const entrypoint = `#!/bin/sh
set -e
if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
  if [ -n "$POSTGRES_PASSWORD_FILE" ]; then
    POSTGRES_PASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"
    export POSTGRES_PASSWORD
  fi
  unset POSTGRES_PASSWORD_FILE
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R 999:999 "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=999 --regid=999 --clear-groups "$0" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  printf "\\nhost all all all scram-sha-256\\n" >> "$PGDATA/pg_hba.conf"
  printf "\\nlisten_addresses = '*'\\nunix_socket_directories = '/var/run/postgresql'\\n" >> "$PGDATA/postgresql.conf"
fi
unset POSTGRES_PASSWORD
exec "$@"
`;

const isReady = `#!/bin/sh
exec setpriv --reuid=999 --regid=999 --clear-groups pg_ctl status --silent -D "$PGDATA"
`;

/** The docker command's flags for a container as the program asks Pulumi's docker plugin for it. */
export function containerFlags(args: Record<string, unknown>): string[] {
  // biome-ignore lint/suspicious/noExplicitAny: the inputs as the component gave them
  const { name, healthcheck, ...a } = args as Record<string, any>;
  const optional = (flag: string, value: unknown, unit = "") =>
    value === undefined ? [] : [`${flag}=${value}${unit}`];
  return [
    `--name=${name}`,
    `--restart=${a.restart}`,
    `--stop-signal=${a.stopSignal}`,
    `--stop-timeout=${a.stopTimeout}`,
    ...optional("--memory", a.memory, "m"),
    ...optional("--memory-swap", a.memorySwap, "m"),
    ...optional("--cpus", a.cpus),
    `--shm-size=${a.shmSize}m`,
    ...a.securityOpts.map((option: string) => `--security-opt=${option}`),
    ...a.networksAdvanced.flatMap((network: { name: string; aliases: string[] }) => [
      `--network=${network.name}`,
      ...network.aliases.map((alias) => `--network-alias=${alias}`),
    ]),
    ...a.ports.map(
      (p: { ip: string; external: number; internal: number }) => `--publish=${p.ip}:${p.external}:${p.internal}`,
    ),
    ...a.volumes.map(
      (v: { volumeName: string; containerPath: string }) => `--volume=${v.volumeName}:${v.containerPath}`,
    ),
    ...a.envs.map((line: string) => `--env=${line}`),
    ...a.labels.map((l: { label: string; value: string }) => `--label=${l.label}=${l.value}`),
    `--health-cmd=${healthcheck.tests.slice(1).join(" ")}`,
    `--health-interval=${healthcheck.interval}`,
    `--log-driver=${a.logDriver}`,
    ...Object.entries(a.logOpts).map(([key, value]) => `--log-opt=${key}=${value}`),
    a.image,
  ];
}
