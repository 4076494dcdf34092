import { messageOf } from "../../../support/errors";

/**
 * The dynamic provider, as the official launcher starts it: the SDK's own script. It is in the bundle of this stand-in, less the compiler that the
 * SDK comes with, and so starts in a third of the time. What it runs is loaded from the project in the current folder.
 */
try {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 500).unref();
  require("@pulumi/pulumi/cmd/dynamic-provider");
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
