import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { detectMachine } from "../../server/machine";
import { GB } from "../../server/units";

const physical = { memoryBytes: 64 * GB, cpus: 16 };
const roots: string[] = [];

function machineWith(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "pgstead-machine-"));
  roots.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return detectMachine(root, physical);
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

describe("memory and processors", () => {
  it("are the machine's where no control group limits them", () => {
    expect(machineWith({})).toEqual(physical);
    expect(
      machineWith({
        "proc/self/cgroup": "0::/",
        "sys/fs/cgroup/memory.max": "max",
        "sys/fs/cgroup/cpu.max": "max 100000",
      }),
    ).toEqual(physical);
  });

  it("follow a container's limits (version 2)", () => {
    expect(
      machineWith({
        "proc/self/cgroup": "0::/",
        "sys/fs/cgroup/memory.max": String(2 * GB),
        "sys/fs/cgroup/cpu.max": "150000 100000",
      }),
    ).toEqual({ memoryBytes: 2 * GB, cpus: 2 });
  });

  it("follow the smallest limit on the way up from a nested group", () => {
    expect(
      machineWith({
        "proc/self/cgroup": "0::/user.slice/app.service",
        "sys/fs/cgroup/user.slice/app.service/memory.max": "max",
        "sys/fs/cgroup/user.slice/memory.max": String(4 * GB),
        "sys/fs/cgroup/user.slice/app.service/cpu.max": "400000 100000",
        "sys/fs/cgroup/user.slice/cpu.max": "50000 100000",
      }),
    ).toEqual({ memoryBytes: 4 * GB, cpus: 1 });
  });

  it("follow version 1, whose 'no limit' is a huge number", () => {
    const files = {
      "proc/self/cgroup": "4:memory:/box\n3:cpu,cpuacct:/box\n0::/",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "300000",
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us": "100000",
    };
    expect(machineWith(files)).toEqual({ memoryBytes: 64 * GB, cpus: 3 });
    expect(machineWith({ ...files, "sys/fs/cgroup/memory/box/memory.limit_in_bytes": String(GB) })).toEqual({
      memoryBytes: GB,
      cpus: 3,
    });
    expect(machineWith({ ...files, "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "-1" }).cpus).toBe(16);
  });

  it("never exceed the machine's", () => {
    expect(
      machineWith({
        "sys/fs/cgroup/memory.max": String(1024 * GB),
        "sys/fs/cgroup/cpu.max": "6400000 100000",
      }),
    ).toEqual(physical);
  });
});
