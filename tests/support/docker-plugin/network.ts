import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceType } from "../../../toolchain/offline/resource-type";
import { type Engine, Refusal } from "./engine";

export type Labels = { label: string; value: string }[];

interface NetworkState {
  name: string;
  driver: string | null;
  labels: Labels | null;
  scope: string;
}

interface VolumeState {
  name: string;
  driver: string | null;
  labels: Labels | null;
  mountpoint: string;
}

/** Every change of these two makes a new one, but none of a container's. */
const common = {
  name: { type: "string", autoName: true, replaces: true },
  driver: { type: "string", computed: true, replaces: true },
  labels: { type: "block", replaces: true },
} as const;

/** docker:index/network:Network. */
export const network: ResourceType<Engine, NetworkState> = {
  token: "docker:index/network:Network",
  builtOn: "sdk",
  schemaVersion: "1",
  properties: { ...common, scope: { type: "string", outputOnly: true } },
  async create(engine, desired) {
    const { name, driver } = desired;
    const { Id } = await engine.json("POST", "/networks/create", {
      Name: name,
      ...(driver === null ? {} : { Driver: driver }),
      Labels: mapOf(desired.labels),
    });
    const made = await engine.json("GET", `/networks/${Id}`);
    return { id: Id, state: { ...desired, driver: made.Driver, scope: made.Scope } };
  },
  async read(engine, id, known) {
    const found = await engine.find(`/networks/${id}`);
    if (found === undefined) return null;
    return { id, state: { ...(known as NetworkState), name: found.Name, driver: found.Driver, scope: found.Scope } };
  },
  update: async (_engine, id, _previous, desired) => ({ id, state: desired }),
  delete: (engine, id) =>
    whileInUse(/has active endpoints/, async () => void (await engine.json("DELETE", `/networks/${id}`))),
};

/** docker:index/volume:Volume. */
export const volume: ResourceType<Engine, VolumeState> = {
  token: "docker:index/volume:Volume",
  builtOn: "sdk",
  schemaVersion: "1",
  properties: { ...common, mountpoint: { type: "string", outputOnly: true } },
  async create(engine, desired) {
    const { name, driver } = desired;
    const made = await engine.json("POST", "/volumes/create", {
      Name: name,
      ...(driver === null ? {} : { Driver: driver }),
      Labels: mapOf(desired.labels),
    });
    return { id: made.Name, state: { ...desired, driver: made.Driver, mountpoint: made.Mountpoint } };
  },
  async read(engine, id, known) {
    const found = await engine.find(`/volumes/${id}`);
    if (found === undefined) return null;
    const { Name: name, Driver: driver, Mountpoint: mountpoint } = found;
    return { id, state: { ...(known as VolumeState), name, driver, mountpoint } };
  },
  update: async (_engine, id, _previous, desired) => ({ id, state: desired }),
  delete: (engine, id) =>
    whileInUse(/volume is in use/, async () => void (await engine.json("DELETE", `/volumes/${id}?force=true`))),
};

export function mapOf(labels: Labels | null): Record<string, string> {
  return Object.fromEntries((labels ?? []).map(({ label, value }) => [label, value]));
}

/** Half a minute, as the official plugin waits. */
async function whileInUse(inUse: RegExp, remove: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(500)) {
    try {
      return await remove();
    } catch (error) {
      if (!(error instanceof Refusal) || !inUse.test(error.message) || Date.now() > deadline) throw error;
    }
  }
}
