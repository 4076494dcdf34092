import { messageOf } from "../../../support/errors";
import { locate } from "../language/program";

/**
 * The dynamic provider, as the official launcher starts it: the SDK's own script, from the project in the current folder.
 * It runs in this very process, so that the engine's interrupt reaches it and nothing is left behind.
 */
try {
  const script = locate("@pulumi/pulumi/cmd/dynamic-provider", process.cwd());
  process.argv[1] = script;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 500).unref();
  require(script);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
