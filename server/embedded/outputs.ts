import type { Setting } from "../tuning/types";
import { majorVersion } from "./binaries";
import type { Cluster } from "./cluster";
import { systemIdentifier } from "./data-folder";
import type { EmbeddedServerInputs, EmbeddedServerOutputs } from "./inputs";

/** What is recorded of a server. */
export function outputsOf(
  inputs: EmbeddedServerInputs,
  cluster: Cluster,
  version: string,
  settings: readonly Setting[],
): EmbeddedServerOutputs {
  return {
    ...inputs,
    paths: {
      home: cluster.home,
      dataFolder: cluster.dataFolder,
      binFolder: cluster.binFolder,
      logFile: cluster.logFile,
      socketFolder: cluster.socketFolder,
    },
    version,
    major: majorVersion,
    applied: Object.fromEntries(settings.map(({ name, value, reason }) => [name, { value, reason }])),
    systemIdentifier: systemIdentifier(cluster.dataFolder) ?? "",
    running: true,
  };
}
