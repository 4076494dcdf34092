import { provisionedSettings, type SettingsWish, usualSettings } from "../embedded/settings";
import { withOverrides } from "../tuning/overrides";
import { phase12 } from "../tuning/phase12";
import { recommend } from "../tuning/recommend";
import type { Setting } from "../tuning/types";
import { MB, parseMemory } from "../units";

/** The port that the server listens on inside its container; another one is published. */
export const innerPort = 5432;

/** Share of the memory that the container's /dev/shm gets: parallel queries hold their common data there. */
const sharedMemoryPart = 4;
const leastSharedMemory = 128 * MB;
const usualSharedMemory = 256 * MB;

/** Size of the container's /dev/shm in bytes. @param memory the container's limit as config has it; empty for none */
export function sharedMemoryBytes(memory: string): number {
  return memory === ""
    ? usualSharedMemory
    : Math.max(leastSharedMemory, Math.floor(parseMemory(memory) / sharedMemoryPart));
}

/**
 * Every setting of a server in a container, tuned for the container's limits, or for the Docker host where it has none.
 *
 * @param host what the Docker host has
 */
export function dockerSettings(
  instance: string,
  wish: SettingsWish,
  host: { memoryBytes: number; cpus: number },
): Setting[] {
  const fixed = provisionedSettings({ listen: "*", port: innerPort, socketFolder: "/var/run/postgresql", instance });
  const tuned =
    wish.tuning === "phase12"
      ? phase12
      : recommend({
          memoryBytes:
            wish.memory === "" ? Math.floor(host.memoryBytes / (16 * MB)) * 16 * MB : parseMemory(wish.memory),
          cpus: wish.cpus > 0 ? wish.cpus : host.cpus,
          ...(wish.maxConnections > 0 ? { maxConnections: wish.maxConnections } : {}),
          workload: wish.workload,
          disk: wish.disk,
          platform: "linux",
          // Not every image's PostgreSQL is built with it.
          lz4: false,
        });
  const chosen =
    wish.tuning === "phase12" && wish.maxConnections > 0
      ? withOverrides(tuned, { max_connections: String(wish.maxConnections) }, [])
      : tuned;
  return withOverrides([...fixed, ...chosen, ...usualSettings], wish.settings, fixed);
}
