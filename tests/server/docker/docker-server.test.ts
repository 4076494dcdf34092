/**
 * The server in a container on a real Docker Engine. Pulumi's docker plugin is not needed: the container is made by the docker command, from the
 * arguments that the component gives the plugin; all that pgstead itself does to it is what runs in a stack.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version as pluginVersion } from "@pulumi/docker/package.json";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as dockerImage from "../../../providers/docker-image";
import * as dockerServer from "../../../providers/docker-server";
import { buildImage, containerFlags, docker, noDocker, testImage } from "../../support/docker";
import { runDockerProgram } from "../../support/docker-program";
import { freePort } from "../../support/postgres";

const reason = noDocker();
if (reason !== undefined) console.warn(`The tests of the server in a container did not run: ${reason}.`);
const newer = "pgstead-test/postgres:16-newer";
const major17 = "pgstead-test/postgres:17";
const name = `pgstead-test-${process.pid}`;
const password = "Invented4TheContainer";

describe.skipIf(reason !== undefined)("a server in a real container", { timeout: 300_000 }, () => {
  let folder: string;
  let inputs: dockerServer.Inputs;
  let state: dockerServer.Outputs;
  let flags: string[];
  let shown: string[] = [];
  const formerHome = process.env.PULUMI_HOME;

  beforeAll(async () => {
    buildImage();
    buildImage(newer, { PG_VERSION: "16.99" });
    buildImage(major17, { PG_VERSION: "17.1", PG_MAJOR: "17" });
    folder = mkdtempSync(join(tmpdir(), "pgstead-docker-"));
    mkdirSync(join(folder, "plugins", `resource-docker-v${pluginVersion}`), { recursive: true });
    process.env.PULUMI_HOME = folder;
    docker("network", "create", name);
    docker("volume", "create", name);
    const port = await freePort();
    const registered = await runDockerProgram(
      { port, image: testImage, imageSource: "local", memory: "512MB", cpus: 1, workload: "desktop" },
      {
        "docker:index/remoteImage:RemoteImage": { imageId: testImage },
        "docker:index/network:Network": { name },
        "docker:index/volume:Volume": { name },
      },
    );
    const of = (type: string) => registered.find((r) => r.type === type)?.inputs as Record<string, unknown>;
    flags = containerFlags({ ...of("docker:index/container:Container"), name });
    inputs = {
      ...(of("pulumi-nodejs:dynamic/pgstead:DockerServer") as unknown as dockerServer.Inputs),
      container: name,
      superuserPassword: password,
      dockerHost: "",
    };
    writeFileSync(join(folder, "password"), password);
    chmodSync(join(folder, "password"), 0o400);
    startContainer();
  }, 300_000);

  afterAll(() => {
    if (formerHome === undefined) delete process.env.PULUMI_HOME;
    else process.env.PULUMI_HOME = formerHome;
    for (const args of [
      ["rm", "-f", name],
      ["volume", "rm", "-f", name],
      ["network", "rm", name],
      ["rmi", "-f", testImage, newer, major17],
    ])
      try {
        docker(...args);
      } catch {
        // It was not made.
      }
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  beforeEach(() => {
    shown = [];
    vi.spyOn(console, "log").mockImplementation((line) => void shown.push(String(line)));
  });
  afterEach(() => void vi.restoreAllMocks());

  function startContainer(image = testImage): void {
    docker("create", ...flags.slice(0, -1), image);
    docker("cp", join(folder, "password"), `${name}:/run/secrets/pgstead-superuser-password`);
    docker("start", name);
  }

  async function query(sql: string): Promise<unknown[]> {
    const client = new Client({
      host: inputs.host,
      port: inputs.port,
      user: "postgres",
      password: inputs.superuserPassword,
      database: "postgres",
    });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const startedAt = () => docker("inspect", "--format", "{{.State.StartedAt}}", name);

  async function changed(news: dockerServer.Inputs): Promise<void> {
    expect((await dockerServer.diff("", state, news)).changes).toBe(true);
    inputs = news;
    state = (await dockerServer.update("", state, news)).outs;
    expect((await dockerServer.diff("", state, news)).changes).toBe(false);
  }

  it("is waited for, and runs with settings for its own limits, all proved", async () => {
    expect((await dockerImage.create({ dockerHost: "", name: testImage, image: testImage })).outs.version).toBe(
      "16.14",
    );
    state = (await dockerServer.create(inputs)).outs;
    expect(state).toMatchObject({ version: "16.14", systemIdentifier: expect.stringMatching(/^\d+$/) });
    expect(
      await query("SELECT current_setting('shared_buffers') AS s, current_setting('data_checksums') AS c"),
    ).toEqual([{ s: "32MB", c: "on" }]);
    expect((await dockerServer.diff("", state, inputs)).changes).toBe(false);
    await query("CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)");
    expect(
      docker("inspect", "--format", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.ShmSize}}", name),
    ).toBe(`${512 * 1024 ** 2} 1000000000 ${128 * 1024 ** 2}`);
  });

  it("shows its password in nothing that Docker tells of it", () => {
    expect(docker("inspect", name) + docker("logs", name)).not.toContain(password);
  });

  it("reloads what reloads and restarts once for what restarts, in the same container", async () => {
    const started = startedAt();
    await changed({ ...inputs, settings: { work_mem: "7MB" } });
    expect(await query("SHOW work_mem")).toEqual([{ work_mem: "7MB" }]);
    expect(startedAt()).toBe(started);
    await changed({ ...inputs, settings: { work_mem: "7MB", max_connections: "33" } });
    expect(shown.join("\n")).toMatch(/max_connections: .* -> 33 \(restart\)/);
    expect(await query("SHOW max_connections")).toEqual([{ max_connections: "33" }]);
    expect(startedAt()).not.toBe(started);
    expect(await query("SELECT id FROM kept")).toEqual([{ id: 42 }]);
  });

  it("goes back to the former files when the server does not come up, and says its last words", async () => {
    const wrong = { ...inputs, settings: { shared_preload_libraries: "no_such_library" } };
    await expect(dockerServer.update("", state, wrong)).rejects.toThrow(
      /no_such_library.*The former configuration was put back, and the server runs with it/s,
    );
    expect(await query("SHOW max_connections")).toEqual([{ max_connections: "33" }]);
    expect((await dockerServer.diff("", state, inputs)).changes).toBe(false);
    await expect(dockerServer.update("", state, { ...inputs, settings: { work_mem: "none" } })).rejects.toThrow(
      /does not accept the settings; nothing was changed/,
    );
  });

  it("gives the superuser another password in the running server", async () => {
    const started = startedAt();
    await changed({ ...inputs, superuserPassword: "Another4TheContainer" });
    expect(startedAt()).toBe(started);
  });

  it("keeps data, settings and password when its container is replaced by one of a newer minor image", async () => {
    docker("rm", "-f", name);
    startContainer(newer);
    const image = (await dockerImage.create({ dockerHost: "", name: testImage, image: testImage })).outs;
    const news = { dockerHost: "", name: newer, image: newer };
    expect((await dockerImage.diff("", image, news)).changes).toBe(true);
    await changed({ ...inputs, container: docker("inspect", "--format", "{{.Id}}", name) });
    expect(await query("SELECT id FROM kept")).toEqual([{ id: 42 }]);
    expect(await query("SHOW max_connections")).toEqual([{ max_connections: "33" }]);
  });

  it("starts a container that was stopped, and says of one that was removed how another is made", async () => {
    docker("stop", name);
    expect((await dockerServer.diff("", state, inputs)).changes).toBe(true);
    expect(shown.join("\n")).toContain("the container is stopped: it is started with its data");
    state = (await dockerServer.update("", state, inputs)).outs;
    expect(await query("SELECT id FROM kept")).toEqual([{ id: 42 }]);
    expect((await dockerServer.diff("", state, inputs)).changes).toBe(false);
    const gone = { ...inputs, container: "no-such-container" };
    expect((await dockerServer.diff("", { ...state, container: gone.container }, gone)).changes).toBe(true);
    await expect(dockerServer.update("", state, gone)).rejects.toThrow(
      /removed by hand.*refresh --target.*same volume/s,
    );
  });

  it("sees a local image that was built anew under its name, and says where there is none", async () => {
    const local = { dockerHost: "", name: testImage, image: testImage };
    const image = (await dockerImage.create(local)).outs;
    expect((await dockerImage.diff("", image, local)).changes).toBe(false);
    docker("tag", newer, testImage);
    expect((await dockerImage.diff("", image, local)).changes).toBe(true);
    expect((await dockerImage.update("", image, local)).outs.version).toBe("16.99");
    const none = "pgstead-test/none:16";
    await expect(dockerImage.check({}, { dockerHost: "", name: none, image: none })).rejects.toThrow(
      /no image pgstead-test\/none:16 on the Docker host.*docker load/s,
    );
  });

  it("refuses another major version before anything is made of it, whatever its name", async () => {
    const image = (await dockerImage.create({ dockerHost: "", name: testImage, image: testImage })).outs;
    await expect(
      dockerImage.diff("", image, { dockerHost: "", name: "mine/database:2.1", image: major17 }),
    ).rejects.toThrow(/holds PostgreSQL 17.*no container was made of it.*pg_dump/s);
  });

  it("is told to be out of reach where there is no Docker", async () => {
    await expect(dockerServer.create({ ...inputs, dockerHost: `unix://${folder}/none.sock` })).rejects.toThrow(
      /Docker cannot be reached at .*pgstead:dockerHost/s,
    );
  });
});
