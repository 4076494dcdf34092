import { join } from "node:path";
import { locate } from "../language/program";

/**
 * The dynamic provider, as the official launcher starts it: the SDK's own script from the project in the current folder.
 * It runs in this very process, so that the engine's interrupt reaches it and nothing is left behind.
 */
const script = locate("@pulumi/pulumi/cmd/dynamic-provider", process.cwd());
process.argv[1] = script;
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 500).unref();
// The script takes part in the project, so it is loaded as a file of it and not as a part of this one.
require(join(script));
