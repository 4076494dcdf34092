import type { Disk, Setting, TuningInput } from "./types";

/** What the planner should know about disk and workload, by pgtune. */
export function planner(input: TuningInput): Setting[] {
  const settings = [randomPageCost(input)];
  // Prefetching needs posix_fadvise, which macOS and Windows do not have: there the server refuses any value but 0.
  if (input.platform === "linux")
    settings.push({
      name: "effective_io_concurrency",
      value: String(concurrency[input.disk]),
      reason: `reads that ${diskNames[input.disk]} serves at a time`,
    });
  settings.push({
    name: "default_statistics_target",
    value: input.workload === "dw" ? "500" : "100",
    reason:
      input.workload === "dw"
        ? "finer statistics for large, uneven tables"
        : "PostgreSQL's default; enough for short queries",
  });
  if (input.workload !== "dw" && input.workload !== "desktop")
    settings.push({ name: "jit", value: "off", reason: "short queries pay more for compiling than they gain" });
  return settings;
}

function randomPageCost(input: TuningInput): Setting {
  const name = "random_page_cost";
  if (input.dataSize === "less_ram") return { name, value: "1.1", reason: "the data fits into memory" };
  if (input.disk === "hdd") return { name, value: "4", reason: "a hard disk has to seek" };
  if (input.workload === "dw")
    return { name, value: "4", reason: "large scans: an index pays only when it is selective" };
  return { name, value: "1.1", reason: `${diskNames[input.disk]} reads anywhere at nearly the same cost` };
}

const concurrency: Record<Disk, number> = { hdd: 2, ssd: 200, san: 300, nvme: 1000 };
const diskNames: Record<Disk, string> = { hdd: "a hard disk", ssd: "an SSD", san: "a SAN", nvme: "an NVMe disk" };
