import { setTimeout as sleep } from "node:timers/promises";
import { writeTar } from "../../../server/docker/tar";
import type { Live, ResourceType } from "../../../toolchain/offline/resource-type";
import { type Engine, Refusal } from "./engine";
import { type Labels, mapOf } from "./network";
import { partlyMade } from "./partly-made";

interface ContainerState {
  name: string;
  image: string;
  restart: string;
  mustRun: boolean;
  stopSignal: string | null;
  stopTimeout: number | null;
  destroyGraceSeconds: number | null;
  memory: number | null;
  memorySwap: number | null;
  cpus: string | null;
  shmSize: number | null;
  securityOpts: string[] | null;
  networksAdvanced: { name: string; aliases?: string[] }[] | null;
  ports: { internal: number; external: number; ip: string; protocol: string }[] | null;
  volumes: { volumeName: string; containerPath: string }[] | null;
  envs: string[] | null;
  uploads: { file: string; content: string; permissions?: string }[] | null;
  healthcheck: Record<"interval" | "timeout" | "startPeriod", string> & { tests: string[]; retries: number };
  logDriver: string | null;
  logOpts: Record<string, string> | null;
  labels: Labels | null;
}

const megabyte = 1024 ** 2;

/**
 * docker:index/container:Container. Which properties make another container is in the official provider's source
 * (kreuzwerker/terraform-provider-docker, resource_docker_container.go: ForceNew). Where versions of it differ, or nothing is said, this does what
 * is worst for the program: a change of cpus that nothing comes of, uploads that are not marked secret, a container that is kept on record when
 * it did not start and that no later update starts.
 */
export const container: ResourceType<Engine, ContainerState> = {
  token: "docker:index/container:Container",
  builtOn: "sdk",
  schemaVersion: "2",
  deleteBeforeReplace: true,
  properties: {
    name: { type: "string", autoName: true, replaces: true },
    image: { type: "string", required: true, replaces: true },
    restart: { type: "string", default: "no" },
    mustRun: { type: "boolean", default: true },
    stopSignal: { type: "string", computed: true, replaces: true },
    stopTimeout: { type: "number", computed: true, replaces: true },
    destroyGraceSeconds: { type: "number" },
    memory: { type: "number" },
    memorySwap: { type: "number" },
    cpus: { type: "string" },
    shmSize: { type: "number", computed: true, replaces: true },
    securityOpts: { type: "set", computed: true, replaces: true },
    networksAdvanced: { type: "block", replaces: true },
    ports: { type: "block", replaces: true },
    volumes: { type: "block", replaces: true },
    envs: { type: "set", computed: true, replaces: true },
    uploads: { type: "block", replaces: true },
    healthcheck: { type: "block", computed: true },
    logDriver: { type: "string", computed: true, replaces: true },
    logOpts: { type: "map", replaces: true },
    labels: { type: "block", computed: true, replaces: true },
  },

  async create(engine, desired) {
    const { Id: id } = await engine
      .json("POST", `/containers/create?name=${encodeURIComponent(desired.name)}`, creation(desired))
      .catch((error) => {
        throw new Error(`Unable to create container: ${error.message}`);
      });
    try {
      await finish(engine, id, desired);
      await running(engine, id, desired);
    } catch (error) {
      throw partlyMade(container, { id, state: desired }, (error as Error).message);
    }
    return { id, state: await read(engine, id, desired) };
  },

  async read(engine, id, known) {
    const found = await engine.find(`/containers/${id}/json`);
    return found === undefined ? null : { id, state: await read(engine, id, known as ContainerState) };
  },

  async update(engine, id, previous, desired): Promise<Live<ContainerState>> {
    const { restart, memory, memorySwap } = desired;
    if (restart !== previous.restart || memory !== previous.memory || memorySwap !== previous.memorySwap)
      await engine.json("POST", `/containers/${id}/update`, {
        RestartPolicy: { Name: restart },
        Memory: (memory ?? 0) * megabyte,
        MemorySwap: (memorySwap ?? 0) * megabyte,
      });
    if (desired.mustRun && !previous.mustRun) await engine.json("POST", `/containers/${id}/start`);
    return { id, state: desired };
  },

  async delete(engine, id, state) {
    const grace = state.destroyGraceSeconds ?? 0;
    if (grace > 0)
      await engine.json("POST", `/containers/${id}/stop?t=${grace}`).catch((error) => {
        throw new Error(`Error stopping container ${id}: ${error.message}`);
      });
    await engine.json("DELETE", `/containers/${id}?v=true&force=true`);
    while ((await engine.find(`/containers/${id}/json`)) !== undefined) await sleep(100);
  },
};

function creation(s: ContainerState): object {
  const ports = s.ports ?? [];
  const { healthcheck: h } = s;
  return {
    Image: s.image,
    Env: s.envs,
    Labels: mapOf(s.labels),
    StopSignal: s.stopSignal,
    StopTimeout: s.stopTimeout,
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port.internal}/${port.protocol}`, {}])),
    Healthcheck: {
      Test: h.tests,
      Interval: nanoseconds(h.interval),
      Timeout: nanoseconds(h.timeout),
      StartPeriod: nanoseconds(h.startPeriod),
      Retries: h.retries,
    },
    HostConfig: {
      RestartPolicy: { Name: s.restart },
      Binds: (s.volumes ?? []).map(({ volumeName, containerPath }) => `${volumeName}:${containerPath}:rw`),
      PortBindings: Object.fromEntries(
        ports.map((p) => [`${p.internal}/${p.protocol}`, [{ HostIp: p.ip, HostPort: String(p.external) }]]),
      ),
      SecurityOpt: s.securityOpts,
      Memory: (s.memory ?? 0) * megabyte,
      MemorySwap: (s.memorySwap ?? 0) * megabyte,
      NanoCpus: Math.round(Number(s.cpus ?? 0) * 1e9),
      ShmSize: (s.shmSize ?? 0) * megabyte,
      LogConfig: { Type: s.logDriver ?? "", Config: s.logOpts },
      Init: false,
      NetworkMode: "bridge",
    },
  };
}

/** Out of the usual network, into the asked ones, its files put in, and started. */
async function finish(engine: Engine, id: string, { networksAdvanced, uploads }: ContainerState): Promise<void> {
  await engine.json("POST", "/networks/bridge/disconnect", { Container: id, Force: false }).catch((error) => {
    if (!/is not connected to (the )?network/i.test(error.message)) throw error;
  });
  for (const { name, aliases } of networksAdvanced ?? [])
    await engine.json("POST", `/networks/${encodeURIComponent(name)}/connect`, {
      Container: id,
      EndpointConfig: { Aliases: aliases ?? [] },
    });
  for (const { file, content, permissions = "0644" } of uploads ?? []) {
    const entry = { name: file, content, uid: 0, gid: 0, mode: Number.parseInt(permissions, 8) };
    await engine.send("PUT", `/containers/${id}/archive?path=/`, writeTar([entry]), "application/x-tar");
  }
  await engine.json("POST", `/containers/${id}/start`).catch((error) => {
    throw new Error(`Unable to start container: ${error.message}`);
  });
}

async function running(engine: Engine, id: string, { mustRun }: ContainerState): Promise<void> {
  for (const deadline = Date.now() + 15_000; mustRun; await sleep(100)) {
    const { State } = await engine.json("GET", `/containers/${id}/json`);
    if (State.Running) return;
    if (State.Status === "exited") throw new Error("container exited immediately");
    if (Date.now() > deadline) throw new Error("timeout while waiting for the container to run");
  }
}

/** What is read back, as far as the official provider reads it. */
async function read(engine: Engine, id: string, known: ContainerState): Promise<ContainerState> {
  const { Name, Image, State, HostConfig } = await engine.json("GET", `/containers/${id}/json`);
  const inMegabytes = (bytes: number) => (bytes > 0 ? Math.floor(bytes / megabyte) : null);
  return {
    ...known,
    name: Name.replace(/^\//, ""),
    image: Image,
    mustRun: State.Running,
    restart: HostConfig.RestartPolicy.Name,
    memory: inMegabytes(HostConfig.Memory),
    memorySwap: inMegabytes(HostConfig.MemorySwap),
    shmSize: inMegabytes(HostConfig.ShmSize),
    securityOpts: HostConfig.SecurityOpt,
    logDriver: HostConfig.LogConfig.Type,
    logOpts: HostConfig.LogConfig.Config,
  };
}

function nanoseconds(seconds: string): number {
  if (!/^\d+s$/.test(seconds)) throw new Refusal(400, `the stand-in reads whole seconds, not ${seconds}`);
  return Number.parseInt(seconds, 10) * 1e9;
}
