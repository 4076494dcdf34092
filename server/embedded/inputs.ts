import { isIP } from "node:net";
import { isUnknown } from "../../support/unknown-value";
import type { DrainWish } from "../drain";
import { overrideProblems } from "../tuning/overrides";
import { disks, workloads } from "../tuning/types";
import { MB, parseMemory } from "../units";
import { pathProblem } from "./folders";
import { reservedSettings, type SettingsWish } from "./settings";

/** What the stack's config says about an embedded server. Plain JSON. */
export interface EmbeddedServerInputs extends SettingsWish {
  /** Name that is unique to the stack. */
  instance: string;
  /** Default home folder of the server, absolute. */
  home: string;
  /** Data folder, absolute; empty for `data` in the home. Cannot be changed while there is data. */
  dataFolder: string;
  /** Loopback address to listen on. A change restarts the server. */
  host: string;
  /** A change restarts the server. */
  port: number;
  /** Cannot be changed while there is data. */
  superuser: string;
  /** Changed in the running server. */
  superuserPassword: string;
  /** Cannot be changed while there is data. */
  locale: string;
  /** Account for the server when root runs this; empty for postgres or nobody. Cannot be changed while there is data. */
  runAs: string;
  /** Whether delete sets the data aside instead of removing it. */
  keepData: boolean;
  /** A folder with data that was set aside, to create from; only creation looks at it. */
  startFrom: string;
  /** What a restart does about transactions that are under way (server/drain.ts); absent in states of before there was a choice. */
  restartWait?: string;
  restartOverdue?: DrainWish["restartOverdue"];
}

/** The inputs, and what is known since the server runs. Plain JSON. */
export interface EmbeddedServerOutputs extends EmbeddedServerInputs {
  /** Where its files really are. */
  paths: { home: string; dataFolder: string; binFolder: string; logFile: string; socketFolder: string };
  /** Full version of PostgreSQL, such as 16.14. */
  version: string;
  major: string;
  /** postgresql.conf as it is in force, verified from the running server: value and reason by name. */
  applied: Record<string, { value: string; reason: string }>;
  /** PostgreSQL's identifier of the data folder: the same as long as it is the same data. */
  systemIdentifier: string;
  /** Whether it ran when it was last looked at. */
  running: boolean;
}

/** Every input that cannot be used, with the reason; values that are not known yet are left out. */
export function inputProblems(inputs: EmbeddedServerInputs): { property: string; reason: string }[] {
  const found: { property: string; reason: string }[] = [];
  const expect = <K extends keyof EmbeddedServerInputs>(
    property: K,
    test: (value: EmbeddedServerInputs[K]) => boolean,
    reason: string,
  ) => {
    const value = inputs[property];
    if (!isUnknown(value) && !test(value)) found.push({ property, reason });
  };
  expect(
    "instance",
    (name) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name),
    "instance is a name of letters, digits, '.', '_' and '-'.",
  );
  expect("home", (path) => pathProblem(path) === undefined, `home: ${pathProblem(inputs.home)}.`);
  expect(
    "dataFolder",
    (path) => path === "" || pathProblem(path) === undefined,
    `dataFolder: ${pathProblem(inputs.dataFolder)}.`,
  );
  expect("host", isLoopback, "An embedded server listens on a loopback address only, such as 127.0.0.1.");
  expect(
    "port",
    (port) => Number.isInteger(port) && port > 0 && port < 65536,
    "port is a whole number from 1 to 65535.",
  );
  expect(
    "superuser",
    isRoleName,
    "superuser is the name of a role: 1 to 63 bytes, not beginning with pg_, without quotes and backslashes.",
  );
  expect(
    "superuserPassword",
    (text) => text !== "" && !/[\r\n\0]/.test(text),
    "superuserPassword is empty or holds a line break.",
  );
  expect(
    "locale",
    (text) => /^[\w.@:-]+$/.test(text),
    "locale is the name of a locale such as C, en_US.UTF-8 or icu:de-AT.",
  );
  expect("tuning", (text) => text === "auto" || text === "phase12", "tuning is auto or phase12.");
  expect("workload", (text) => workloads.includes(text), `workload is one of ${workloads.join(", ")}.`);
  expect("disk", (text) => disks.includes(text), `disk is one of ${disks.join(", ")}.`);
  expect("memory", isMemory, "memory is an amount of at least 128MB, such as 8GB, or empty.");
  expect(
    "cpus",
    (count) => Number.isInteger(count) && count >= 0,
    "cpus is a whole number, 0 for what the machine has.",
  );
  expect(
    "maxConnections",
    (count) => Number.isInteger(count) && count >= 0 && count <= 262_143,
    "maxConnections is a whole number, 0 for the rule's.",
  );
  if (!isUnknown(inputs.settings))
    for (const reason of overrideProblems(inputs.settings, reservedSettings))
      found.push({ property: "settings", reason });
  return found;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** initdb puts the name into its statements as it is. */
function isRoleName(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= 63 && !name.startsWith("pg_") && !/["'\\\r\n\0]/.test(name);
}

function isMemory(text: string): boolean {
  try {
    return text === "" || parseMemory(text) >= 128 * MB;
  } catch {
    return false;
  }
}
