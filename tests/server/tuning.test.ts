import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packagedBinaries } from "../../server/embedded/binaries";
import { renderPostgresqlConf } from "../../server/postgresql-conf";
import { withOverrides } from "../../server/tuning/overrides";
import { phase12 } from "../../server/tuning/phase12";
import { recommend } from "../../server/tuning/recommend";
import { dataSizes, disks, type TuningInput, workloads } from "../../server/tuning/types";
import { GB, kB, MB } from "../../server/units";

const base: TuningInput = { memoryBytes: 8 * GB, cpus: 4, workload: "web", disk: "ssd", platform: "linux", lz4: true };
const values = (input: TuningInput) => Object.fromEntries(recommend(input).map(({ name, value }) => [name, value]));

/** Compares the named settings; undefined stands for one that is left to PostgreSQL's default. */
function expectValues(input: TuningInput, expected: Record<string, string | undefined>): void {
  const actual = values(input);
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, actual[name]]))).toEqual(expected);
}

describe("pgtune's worked example", () => {
  it("a web server with 8GB, 4 processors and an SSD", () => {
    expect(values(base)).toEqual({
      max_connections: "200",
      shared_buffers: "2GB",
      effective_cache_size: "6GB",
      maintenance_work_mem: "512MB",
      work_mem: "10280kB",
      wal_buffers: "16MB",
      huge_pages: "try",
      min_wal_size: "1GB",
      max_wal_size: "4GB",
      checkpoint_completion_target: "0.9",
      wal_compression: "lz4",
      random_page_cost: "1.1",
      effective_io_concurrency: "200",
      default_statistics_target: "100",
      jit: "off",
      max_worker_processes: "4",
      max_parallel_workers: "4",
      max_parallel_workers_per_gather: "2",
      max_parallel_maintenance_workers: "2",
    });
  });
});

describe("what a workload, a disk and a platform change", () => {
  it.each([
    [
      "web",
      {
        max_connections: "200",
        min_wal_size: "1GB",
        max_wal_size: "4GB",
        default_statistics_target: "100",
        jit: "off",
      },
    ],
    [
      "oltp",
      {
        max_connections: "300",
        min_wal_size: "2GB",
        max_wal_size: "8GB",
        default_statistics_target: "100",
        jit: "off",
      },
    ],
    [
      "dw",
      {
        max_connections: "40",
        min_wal_size: "4GB",
        max_wal_size: "16GB",
        default_statistics_target: "500",
        jit: undefined,
        maintenance_work_mem: "1GB",
        random_page_cost: "4",
      },
    ],
    [
      "desktop",
      {
        max_connections: "20",
        min_wal_size: "100MB",
        max_wal_size: "2GB",
        jit: undefined,
        shared_buffers: "512MB",
        effective_cache_size: "2GB",
      },
    ],
    ["mixed", { max_connections: "100", min_wal_size: "1GB", max_wal_size: "4GB", jit: "off" }],
  ] as const)("%s", (workload, expected) => expectValues({ ...base, workload }, expected));

  it.each([
    ["hdd", "4", "2"],
    ["ssd", "1.1", "200"],
    ["san", "1.1", "300"],
    ["nvme", "1.1", "1000"],
  ] as const)("%s", (disk, cost, concurrency) =>
    expectValues({ ...base, disk }, { random_page_cost: cost, effective_io_concurrency: concurrency }),
  );

  it("macOS and Windows know no prefetching, macOS no huge pages, Windows no 2GB of work memory", () => {
    expectValues(
      { ...base, platform: "darwin" },
      {
        effective_io_concurrency: undefined,
        huge_pages: "off",
      },
    );
    const windows: TuningInput = {
      ...base,
      memoryBytes: 512 * GB,
      workload: "dw",
      maxConnections: 10,
      platform: "win32",
    };
    expectValues(windows, {
      effective_io_concurrency: undefined,
      maintenance_work_mem: "2047MB",
      work_mem: "2047MB",
    });
  });

  it("a build without lz4 gets the compression it has", () => {
    expectValues({ ...base, lz4: false }, { wal_compression: "pglz" });
  });

  it("data that fits into memory gets more work memory and cheap random reads, larger data less", () => {
    expectValues(
      { ...base, disk: "hdd", dataSize: "less_ram" },
      {
        random_page_cost: "1.1",
        work_mem: "13364kB",
      },
    );
    expectValues({ ...base, dataSize: "greater_ram" }, { work_mem: "9252kB" });
  });

  it("a small disk bounds the write-ahead log", () => {
    expectValues({ ...base, diskBytes: 10 * GB }, { max_wal_size: "2GB", min_wal_size: "512MB" });
    expectValues({ ...base, diskBytes: 100 * MB }, { max_wal_size: "32MB", min_wal_size: "32MB" });
  });

  it("below four processors PostgreSQL's own parallelism stays", () => {
    expect(Object.keys(values({ ...base, cpus: 3 })).filter((name) => /parallel|worker/.test(name))).toEqual([]);
  });

  it("tiny memory lowers the connections, and says so", () => {
    const tiny = recommend({ ...base, memoryBytes: 256 * MB, cpus: 1 });
    expect(tiny.find(({ name }) => name === "max_connections")).toEqual({
      name: "max_connections",
      value: "27",
      reason: "as many as 256MB of memory serves with 4MB to work in for each; the usual number for web is 200",
    });
  });

  it("the user's number of connections stays and work memory gives way; an impossible number is refused", () => {
    expectValues(
      { ...base, memoryBytes: 256 * MB, maxConnections: 500 },
      {
        max_connections: "500",
        work_mem: "288kB",
      },
    );
    expect(() => recommend({ ...base, memoryBytes: 256 * MB, maxConnections: 50_000 })).toThrow(
      /50000 connections do not fit into 256MB of memory.*Lower maxConnections/,
    );
  });

  it("nothing makes replicas and backups impossible", () => {
    for (const workload of workloads)
      expectValues({ ...base, workload }, { wal_level: undefined, max_wal_senders: undefined });
  });
});

describe("for every machine", () => {
  const machines = fc.record({
    memoryBytes: fc.oneof(
      fc.integer({ min: 256, max: 1024 * 1024 }).map((mb) => mb * MB),
      fc.double({ min: 28, max: 40, noNaN: true }).map((power) => Math.floor(2 ** power)),
    ),
    cpus: fc.integer({ min: 1, max: 256 }),
    workload: fc.constantFrom(...workloads),
    disk: fc.constantFrom(...disks),
    dataSize: fc.constantFrom(...dataSizes),
    platform: fc.constantFrom("linux", "darwin", "win32") as fc.Arbitrary<NodeJS.Platform>,
    diskBytes: fc.option(
      fc.integer({ min: 1, max: 10_000 }).map((gb) => gb * GB),
      { nil: undefined },
    ),
    lz4: fc.boolean(),
  });
  const runs = { numRuns: 3000 };
  const asInput = ({ diskBytes, ...rest }: typeof machines extends fc.Arbitrary<infer T> ? T : never): TuningInput =>
    diskBytes === undefined ? rest : { ...rest, diskBytes };

  it("all that may be used at a time fits into memory", () => {
    fc.assert(
      fc.property(machines, (machine) => {
        const v = values(asInput(machine));
        const workers = Number(v.max_worker_processes ?? 8);
        const cleaning = Number(v.autovacuum_max_workers ?? 3) * bytes(v.autovacuum_work_mem ?? v.maintenance_work_mem);
        const working = (Number(v.max_connections) + workers) * bytes(v.work_mem);
        expect(bytes(v.shared_buffers) + bytes(v.wal_buffers) + cleaning + working).toBeLessThanOrEqual(
          machine.memoryBytes,
        );
      }),
      runs,
    );
  });

  it("more memory never means less of anything", () => {
    const monotone = [
      "shared_buffers",
      "effective_cache_size",
      "maintenance_work_mem",
      "max_connections",
      "wal_buffers",
    ];
    fc.assert(
      fc.property(machines, fc.integer({ min: 1, max: 4096 }), (machine, more) => {
        const less = values(asInput(machine));
        const greater = values({ ...asInput(machine), memoryBytes: machine.memoryBytes + more * MB });
        for (const name of monotone) expect(bytes(greater[name])).toBeGreaterThanOrEqual(bytes(less[name]));
      }),
      runs,
    );
  });

  it("every value is one that PostgreSQL 16 takes: known name, right kind, within its bounds", () => {
    const known = describedSettings();
    fc.assert(
      fc.property(machines, (machine) => {
        for (const { name, value, reason } of recommend(asInput(machine))) {
          const setting = known.get(name);
          expect(setting, name).toBeDefined();
          expect(reason).not.toBe("");
          if (setting?.type !== "INTEGER") continue;
          const number = /[a-z]/i.test(value) ? bytes(value) / (unitBytes[name] ?? kB) : Number(value);
          expect(number, `${name} = ${value}`).toBeGreaterThanOrEqual(setting.min);
          expect(number, `${name} = ${value}`).toBeLessThanOrEqual(setting.max);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("PostgreSQL itself", () => {
  it("reads the file of the smallest, a middling and the largest machine of every workload", () => {
    const folder = mkdtempSync(join(tmpdir(), "pgstead-conf-"));
    try {
      for (const workload of workloads)
        for (const [memoryBytes, cpus] of [
          [256 * MB, 1],
          [300 * MB, 256],
          [8 * GB, 4],
          [1024 * GB, 256],
        ] as const) {
          const settings = recommend({ ...base, lz4: false, workload, memoryBytes, cpus });
          const file = join(folder, "postgresql.conf");
          writeFileSync(file, renderPostgresqlConf(settings, ""));
          for (const name of ["shared_buffers", "work_mem"]) {
            const read = execFileSync(join(packagedBinaries(), "postgres"), ["-C", name, "-D", folder], {
              encoding: "utf8",
              stdio: ["ignore", "pipe", "ignore"],
            });
            expect(Number(read) * (unitBytes[name] ?? kB)).toBe(
              bytes(settings.find((setting) => setting.name === name)?.value),
            );
          }
        }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Settings that do not count in kB. */
const unitBytes: Record<string, number> = {
  shared_buffers: 8 * kB,
  effective_cache_size: 8 * kB,
  wal_buffers: 8 * kB,
  min_wal_size: MB,
  max_wal_size: MB,
};

function bytes(value: string | undefined): number {
  const match = /^(\d+)(kB|MB|GB)?$/.exec(value ?? "");
  if (match === null) throw new Error(`not a size: ${value}`);
  return Number(match[1]) * { kB, MB, GB, "": 1 }[(match[2] ?? "") as "kB" | "MB" | "GB" | ""];
}

/** PostgreSQL's own list of its settings. */
function describedSettings() {
  const text = execFileSync(join(packagedBinaries(), "postgres"), ["--describe-config"], { encoding: "utf8" });
  return new Map(
    text.split("\n").map((line) => {
      const [name = "", , , type, , min, max] = line.split("\t");
      return [name, { type, min: Number(min), max: Number(max) }];
    }),
  );
}

describe("the phase12 profile", () => {
  it("holds its seven values, each with a reason", () => {
    expect(Object.fromEntries(phase12.map(({ name, value }) => [name, value]))).toEqual({
      max_connections: "100",
      shared_buffers: "256MB",
      effective_cache_size: "1GB",
      work_mem: "16MB",
      maintenance_work_mem: "128MB",
      wal_buffers: "16MB",
      checkpoint_completion_target: "0.9",
    });
    for (const { reason } of phase12) expect(reason).toContain("phase12");
  });
});

describe("values from the stack's config", () => {
  const fixed = [{ name: "port", value: "5434", reason: "it follows pgstead:port" }];

  it("win over the rules, in their place, and new ones come last", () => {
    const merged = withOverrides(
      [{ name: "work_mem", value: "4MB", reason: "rule" }, ...fixed],
      { Work_Mem: "8MB", track_io_timing: "on" },
      fixed,
    );
    expect(merged.map(({ name, value, reason }) => `${name} ${value} ${reason}`)).toEqual([
      "work_mem 8MB set in the stack's config",
      "port 5434 it follows pgstead:port",
      "track_io_timing on set in the stack's config",
    ]);
  });

  it.each([
    ["port", "1", /setting port cannot be set by config: it follows pgstead:port/],
    ["include", "/etc/passwd", /'include' is not the name of a PostgreSQL setting/],
    ["work_mem = 1 #", "1", /not the name of a PostgreSQL setting/],
    ["work_mem", "1\nfsync = off", /line break/],
  ])("%s = %j is refused", (name, value, message) =>
    expect(() => withOverrides([], { [name]: value }, fixed)).toThrow(message),
  );
});
