/**
 * A stack with `instance: docker`, its whole life on a real Docker Engine (DOCKER_HOST, or the usual socket); without one that part is skipped, and says so.
 *
 * Pulumi's own docker plugin is in no package registry. Where PGSTEAD_PLUGINS names a folder that holds its official archive, that is what runs here;
 * else a stand-in (tests/support/docker-plugin/), brought the same way. The stand-in does to the engine what the program asks the plugin for: it
 * proves the program, not the official plugin. The first line of output says which one it was.
 */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { promisify } from "node:util";
import { version as pluginVersion } from "@pulumi/docker/package.json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage, docker, dockerWithInput, noDocker } from "../support/docker";
import { officialPlugin, packStandIn } from "../support/docker-plugin/archive";
import { DockerProxy } from "../support/docker-proxy";
import { DockerRegistry } from "../support/docker-registry";
import { freePort } from "../support/postgres";
import { TestProject } from "../support/project";

const minutes = 60_000;
const reason = noDocker();
const official = officialPlugin();
console.warn(
  reason !== undefined
    ? `The life of a stack in a container did not run: ${reason}.`
    : official !== undefined
      ? `The stack in a container runs with the official docker plugin from ${official}.`
      : `The stack in a container runs with the test's stand-in for Pulumi's docker plugin ${pluginVersion}: it proves the program, not the official plugin.`,
);

/** Its name is in every name and label at Docker: no other stack there has it. */
const stack = `e2e${process.pid}`;
let project: TestProject;

/** What a command says that is to fail. */
async function refused(...args: string[]): Promise<string> {
  const { code, output } = await project.run("pulumi", ...args);
  expect(code, output).not.toBe(0);
  return output;
}

const upRefused = () => refused("up", "--yes", "--skip-preview");
const unchanged = () => project.up("--expect-no-changes");

async function configure(values: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(values)) await project.pulumi("config", "set", "--path", key, value);
}

async function makeProject(image: string): Promise<void> {
  project = new TestProject();
  project.adoptBuiltEngine();
  copyFileSync(project.path("Pulumi.dev.yaml"), project.path(`Pulumi.${stack}.yaml`));
  await project.pulumi("stack", "init", stack);
  const port = String(await freePort());
  const local = { image, imageSource: "local" };
  await configure({ instance: "docker", ...local, memory: "512MB", workload: "desktop", tuning: "auto", port });
}

/** What the stack's record holds. */
async function record(): Promise<string> {
  return (await project.run("pulumi", "stack", "export")).stdout;
}

describe("without the docker plugin", () => {
  beforeAll(() => makeProject("postgres:16"), 5 * minutes);
  afterAll(() => project.remove());

  it(
    "the stack says so, and what to do, before anything is made",
    async () => {
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]])
        expect(await refused(...command)).toMatch(
          /needs Pulumi's Docker plugin .*Nothing was changed.*PGSTEAD_PLUGINS/s,
        );
      const made: { type: string }[] = JSON.parse(await record()).deployment.resources ?? [];
      expect(made.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack"]);
      expect(existsSync(project.path(".env"))).toBe(false);
    },
    5 * minutes,
  );
});

describe.skipIf(reason !== undefined)("a stack in a container", { timeout: 5 * minutes }, () => {
  const prefix = `pgstead-e2e-${process.pid}`;
  const image = `${prefix}/postgres:16`;
  const registry = new DockerRegistry();
  const proxy = new DockerProxy();
  let plugins: string;
  let superuserPassword = "";

  beforeAll(async () => {
    plugins = official ?? packStandIn();
    buildImage(image);
    buildImage(`${prefix}/newer`, { PG_VERSION: "16.99" });
    buildImage(`${prefix}/other`, { PG_VERSION: "17.1", PG_MAJOR: "17" });
    await Promise.all([registry.listen(), proxy.listen()]);
    await makeProject(image);
    project.environment.PGSTEAD_PLUGINS = plugins;
  }, 10 * minutes);

  afterAll(() => {
    registry.close();
    proxy.close();
    // What a step that failed left behind: nothing else has this stack's label or these images' names.
    const label = `label=pgstead.stack=pgstead-${stack}`;
    for (const kind of ["container", "volume", "network"]) {
      const left = docker(kind, "ls", "--quiet", ...(kind === "container" ? ["--all"] : []), "--filter", label);
      for (const one of left.split("\n").filter(Boolean)) docker(kind, "rm", "--force", one);
    }
    const images = docker("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").split("\n");
    const ours = images.filter((line) => line.startsWith(prefix) || line.startsWith(`${registry.address}/`));
    if (ours.length > 0) docker("rmi", "-f", ...new Set(ours.map((line) => line.split(" ")[1] as string)));
    project.remove();
    if (official === undefined) rmSync(plugins, { recursive: true, force: true });
  }, 5 * minutes);

  const name = `pgstead-${stack}-postgres`;
  const inspect = (format: string) => docker("inspect", "--format", format, name);
  const container = () => inspect("{{.Id}}");
  const startedAt = () => inspect("{{.State.StartedAt}}");
  const volume = () => inspect("{{range .Mounts}}{{.Name}}{{end}}");
  const rows = async () => (await project.query("SELECT count(*)::int AS n FROM audit_logs"))[0]?.n;
  const show = async (setting: string) => (await project.query(`SHOW ${setting}`))[0]?.[setting];

  /** Pushes an image under the tag 16 of the test's registry. @returns its digest */
  async function push(from: string): Promise<string> {
    const to = `${registry.address}/postgres:16`;
    docker("tag", from, to);
    // The registry is in this process, and has to answer meanwhile.
    const { stdout } = await promisify(execFile)("docker", ["push", to]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1] ?? "";
    // So that it has to be pulled.
    docker("rmi", to);
    return digest;
  }

  it("previews without touching Docker, and says where an image is missing", async () => {
    expect(await project.pulumi("preview")).toMatch(/postgres-container create.*postgres-server create/s);
    await configure({ image: `${prefix}/postgres:16-none` });
    expect(await refused("preview")).toMatch(/There is no image .*:16-none on the Docker host.*docker load/s);
    await configure({ image });
    expect(docker("ps", "--all", "--quiet", "--filter", `name=${name}`)).toBe("");
  });

  it("says that its port is taken, and comes up once it is free, the data moved in and proved", async () => {
    const port = Number(await project.pulumi("config", "get", "port"));
    const taken = await occupy(port);
    expect(await upRefused()).toMatch(/port is already allocated|address already in use/);
    await new Promise((settle) => taken.close(settle));
    expect(await project.up()).toMatch(/Migration: 15 tables, 33 rows, 0 errors, verified/);
    expect(await rows()).toBe(32);
    expect(inspect("{{json .NetworkSettings.Ports}}")).toBe(
      `{"5432/tcp":[{"HostIp":"127.0.0.1","HostPort":"${port}"}]}`,
    );
    expect(await show("shared_buffers")).toBe("32MB");
    await unchanged();
    await expect.poll(() => inspect("{{.State.Health.Status}}"), { timeout: 60_000 }).toBe("healthy");
  });

  it("shows the superuser's password neither in what Docker tells nor in the stack's record", async () => {
    superuserPassword = docker("exec", name, "cat", "/run/secrets/pgstead-superuser-password");
    expect(superuserPassword).toMatch(/^\w{32}$/);
    expect(docker("inspect", name) + docker("logs", name)).not.toContain(superuserPassword);
    expect(await record()).not.toContain(superuserPassword);
  });

  it("reloads what reloads and restarts once for what restarts, in the same container", async () => {
    const [first, started] = [container(), startedAt()];
    await configure({ "postgresSettings.work_mem": "7MB" });
    expect(await project.pulumi("preview")).toMatch(/work_mem: .* -> 7MB \(reload\)/);
    await project.up();
    expect([await show("work_mem"), container(), startedAt()]).toEqual(["7MB", first, started]);
    await configure({ "postgresSettings.max_connections": "33" });
    expect(await project.pulumi("preview")).toMatch(/max_connections: .* -> 33 \(restart\)/);
    await project.up();
    expect([await show("max_connections"), container()]).toEqual(["33", first]);
    expect(startedAt()).not.toBe(started);
    await unchanged();
  });

  it("makes another container for another limit, with the same volume, and takes limits off", async () => {
    const [first, data] = [container(), volume()];
    await configure({ memory: "1GB", cpus: "1" });
    expect(await project.pulumi("preview")).toMatch(/postgres-container replace.*another container serves the data/s);
    await project.up();
    expect(container()).not.toBe(first);
    expect(inspect("{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}")).toBe(`${1024 ** 3} 1000000000`);
    // /dev/shm is as large with 1 GB as without a limit: that alone would not make another container.
    await configure({ memory: "", cpus: "0" });
    await project.up();
    expect(inspect("{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}")).toBe("0 0");
    await configure({ memory: "512MB" });
    await project.up();
    expect([volume(), await rows(), await show("max_connections")]).toEqual([data, 32, "33"]);
    await unchanged();
  });

  it("takes a newer minor version by the registry's digest, with the data, and stays on it without the registry", async () => {
    const [first, data] = [container(), volume()];
    const digest = await push(`${prefix}/newer`);
    await configure({ imageSource: "registry", image: `${registry.address}/postgres:16` });
    await project.up();
    expect(container()).not.toBe(first);
    expect([volume(), await rows()]).toEqual([data, 32]);
    expect(inspect("{{.Image}}")).toBe(
      docker("inspect", "--format", "{{.Id}}", `${registry.address}/postgres@${digest}`),
    );
    await unchanged();

    const second = container();
    await push(`${prefix}/other`);
    expect(await upRefused()).toMatch(/holds PostgreSQL 17.*no container was made of it.*pg_dump/s);
    expect([container(), inspect("{{.State.Status}}"), await rows()]).toEqual([second, "running", 32]);

    registry.close();
    expect(await refused("preview")).toMatch(/The registry does not say which image .*@sha256:…/s);
    await configure({ image: `${registry.address}/postgres@${digest}` });
    await project.up();
    expect(container()).toBe(second);
    await unchanged();
  });

  it("gives application and superuser new passwords in the running server", async () => {
    const [first, formerUrl] = [container(), project.databaseUrl];
    await configure({ secretVersion: "2", superuserSecretVersion: "2" });
    await project.up();
    expect(container()).toBe(first);
    expect(await rows()).toBe(32);
    await expect(project.query("SELECT 1", formerUrl)).rejects.toThrow(/password authentication failed/);
    const superuserUrl = new URL(formerUrl);
    Object.assign(superuserUrl, { username: "postgres", password: superuserPassword });
    await expect(project.query("SELECT 1", superuserUrl.href)).rejects.toThrow(/password authentication failed/);
    await unchanged();
  });

  it("starts a container that was stopped, and makes another for the volume where it was removed", async () => {
    const [first, data] = [container(), volume()];
    docker("stop", name);
    expect(await project.pulumi("preview")).toMatch(/the container is stopped: it is started with its data/);
    await project.up();
    expect([container(), await rows()]).toEqual([first, 32]);
    docker("rm", "--force", name);
    expect(await upRefused()).toMatch(/removed by hand.*refresh --target '\*\*postgres-container'/s);
    await project.pulumi("refresh", "--yes", "--skip-preview", "--target", "**postgres-container");
    await project.up();
    expect([volume(), await rows()]).toEqual([data, 32]);
    await unchanged();
  });

  it("works on a Docker host over TCP, and says when that is away, and goes on when it is back", async () => {
    const first = container();
    project.environment.DOCKER_HOST = "unix:///nowhere/docker.sock";
    await configure({ dockerHost: proxy.url });
    await project.up();
    await configure({ "postgresSettings.work_mem": "9MB" });
    proxy.pause();
    expect(await upRefused()).toMatch(/Docker.*(refused|cannot connect|unable to connect|failed)/is);
    expect(await show("work_mem")).toBe("7MB");
    proxy.resume();
    await project.up();
    expect([await show("work_mem"), container()]).toEqual(["9MB", first]);
    await configure({ dockerHost: "" });
    delete project.environment.DOCKER_HOST;
    await project.up();
    await unchanged();
  });

  it("is not destroyed while it is protected", async () => {
    await configure({ protect: "true", backups: "elsewhere", maxSecretAge: "90d" });
    await project.up();
    expect(await refused("destroy", "--yes", "--skip-preview")).toMatch(/postgres-data.*is protected/s);
    expect(existsSync(project.path(".env"))).toBe(true);
    expect([inspect("{{.State.Status}}"), await rows()]).toEqual(["running", 32]);
    await unchanged();
    await configure({ protect: "false" });
    await project.up();
  });

  it("leaves its volume alone when it ends, names it, and the data is to be had from there", async () => {
    const data = volume();
    expect(await project.pulumi("destroy", "--yes", "--skip-preview")).toContain(
      `The data stays in the Docker volume ${data}`,
    );
    for (const kind of ["container", "network"])
      expect(docker(kind, "ls", "--quiet", "--filter", `label=pgstead.stack=pgstead-${stack}`)).toBe("");
    // As docs/environments.md says it.
    const mounted = ["-e", "PGDATA=/var/lib/postgresql/data/pgdata", "-v", `${data}:/var/lib/postgresql/data`, image];
    dockerWithInput(
      "ALTER ROLE postgres PASSWORD 'Invented4TheKept'\n",
      ...["run", "-i", "--rm", "-u", "postgres", ...mounted, "postgres", "--single", "postgres"],
    );
    const port = await freePort();
    docker("run", "--detach", "--name", `${prefix}-kept`, "-p", `127.0.0.1:${port}:5432`, ...mounted);
    try {
      const url = `postgresql://postgres:Invented4TheKept@127.0.0.1:${port}/backup_management`;
      const count = () => project.query("SELECT count(*)::int AS n FROM audit_logs", url).catch(() => []);
      await expect.poll(count, { timeout: 60_000 }).toEqual([{ n: 32 }]);
    } finally {
      docker("rm", "--force", `${prefix}-kept`);
      docker("volume", "rm", data);
    }
  });
});

function occupy(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((settle) => server.listen(port, "127.0.0.1", () => settle(server)));
}
