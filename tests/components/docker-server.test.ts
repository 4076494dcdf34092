import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "@pulumi/docker/package.json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runDockerProgram } from "../support/docker-program";
import type { Registered } from "../support/pulumi-mocks";

const secretSignature = "4dabf18193072939515e22adb298388d";
let home: string;
const former = process.env.PULUMI_HOME;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pgstead-home-"));
  mkdirSync(join(home, "plugins", `resource-docker-v${version}`), { recursive: true });
  process.env.PULUMI_HOME = home;
});
afterEach(() => {
  if (former === undefined) delete process.env.PULUMI_HOME;
  else process.env.PULUMI_HOME = former;
  rmSync(home, { recursive: true, force: true });
});

const find = (registered: Registered[], type: string) => {
  const found = registered.filter((r) => r.type === type);
  expect(found, type).toHaveLength(1);
  return found[0] as Registered;
};

describe("a server in a container", () => {
  it("is made of image, network, volume and container, each with all that matters", async () => {
    const registered = await runDockerProgram({ image: "postgres:16", memory: "2GB", cpus: 2, workload: "oltp" });
    expect(find(registered, "docker:index/remoteImage:RemoteImage").inputs).toEqual({
      name: "postgres:16@sha256:0123",
      keepLocally: true,
    });
    expect(find(registered, "pulumi-nodejs:dynamic/pgstead:DockerImage").inputs).toMatchObject({
      name: "postgres:16",
      image: "sha256:image",
      dockerHost: "",
    });
    const labels = [{ label: "pgstead.stack", value: "pgstead-test" }];
    expect(find(registered, "docker:index/network:Network").inputs).toEqual({ driver: "bridge", labels });
    expect(find(registered, "docker:index/volume:Volume").inputs).toEqual({ labels });
    const { uploads, ...container } = find(registered, "docker:index/container:Container").inputs;
    expect(container).toEqual({
      name: "pgstead-test-postgres",
      image: "sha256:image",
      restart: "unless-stopped",
      mustRun: true,
      stopSignal: "SIGINT",
      stopTimeout: 120,
      destroyGraceSeconds: 120,
      memory: 2048,
      memorySwap: 2048,
      cpus: "2",
      shmSize: 512,
      securityOpts: ["no-new-privileges:true"],
      networksAdvanced: [{ name: "generated-network", aliases: ["postgres"] }],
      ports: [{ internal: 5432, external: 5434, ip: "127.0.0.1", protocol: "tcp" }],
      volumes: [{ volumeName: "generated-volume", containerPath: "/var/lib/postgresql/data" }],
      envs: [
        "POSTGRES_USER=postgres",
        "POSTGRES_DB=postgres",
        "POSTGRES_PASSWORD_FILE=/run/secrets/pgstead-superuser-password",
        "POSTGRES_INITDB_ARGS=--encoding=UTF8 --data-checksums --auth-host=scram-sha-256 --locale=C",
        "PGDATA=/var/lib/postgresql/data/pgdata",
        "TZ=UTC",
      ],
      healthcheck: {
        tests: ["CMD", "pg_isready", "--quiet", "--username=postgres", "--dbname=postgres"],
        interval: "10s",
        timeout: "5s",
        startPeriod: "60s",
        retries: 6,
      },
      logDriver: "json-file",
      logOpts: { "max-size": "50m", "max-file": "3" },
      labels,
    });
    expect(JSON.stringify(uploads)).toContain(secretSignature);
    expect(JSON.stringify(uploads)).toContain('"file":"/run/secrets/pgstead-superuser-password"');
    expect(JSON.stringify(uploads)).toContain('"permissions":"0400"');
    // The password stands in the one upload and nowhere else in what Docker is told.
    expect(JSON.stringify(container)).not.toContain("generated-password");
    expect(find(registered, "pulumi-nodejs:dynamic/pgstead:DockerServer").inputs).toMatchObject({
      container: "postgres-container-id",
      volume: "generated-volume",
      keepData: true,
      host: "127.0.0.1",
      port: 5434,
      memory: "2GB",
      cpus: 2,
      workload: "oltp",
      restartWait: "",
      restartOverdue: "end",
    });
    expect(find(registered, "postgresql:index/role:Role").inputs).toMatchObject({ name: "backupmgmt" });
  });

  it("takes an image by the digest that config has, and a local one by its name, and asks no registry", async () => {
    const digest = `postgres:16@sha256:${"ab".repeat(32)}`;
    const pinned = await runDockerProgram({ image: digest });
    expect(find(pinned, "docker:index/remoteImage:RemoteImage").inputs.name).toBe(digest);
    const local = await runDockerProgram({ image: "mine/postgres:16", imageSource: "local" });
    expect(local.map(({ type }) => type)).not.toContain("docker:index/remoteImage:RemoteImage");
    expect(find(local, "pulumi-nodejs:dynamic/pgstead:DockerImage").inputs.image).toBe("mine/postgres:16");
  });

  it("has no limit where config has none, and is published where config says", async () => {
    const registered = await runDockerProgram({
      publishAddress: "10.0.0.5",
      host: "db.internal",
      port: 6000,
      dockerHost: "ssh://ops@db.internal",
      locale: "icu:de-AT",
    });
    const { inputs } = find(registered, "docker:index/container:Container");
    expect(inputs).not.toHaveProperty("memory");
    expect(inputs).not.toHaveProperty("cpus");
    expect(inputs).toMatchObject({ shmSize: 256, ports: [{ ip: "10.0.0.5", external: 6000 }] });
    expect((inputs.envs as string[]).join()).toContain("--locale-provider=icu --icu-locale=de-AT");
    expect(find(registered, "pulumi:providers:docker").inputs).toMatchObject({ host: "ssh://ops@db.internal" });
    expect(find(registered, "pulumi-nodejs:dynamic/pgstead:DockerServer").inputs).toMatchObject({
      dockerHost: "ssh://ops@db.internal",
      host: "db.internal",
      port: 6000,
    });
  });

  it("is refused before anything is made where the engine has no Docker plugin", async () => {
    rmSync(join(home, "plugins"), { recursive: true });
    await expect(runDockerProgram({})).rejects.toThrow(/pulumi-resource-docker-v.*PGSTEAD_PLUGINS/s);
  });
});
