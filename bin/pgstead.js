#!/usr/bin/env node
// TypeScript is run as it is. The compiler settings are the package's own, whatever folder the command is called from.
process.env.TSX_TSCONFIG_PATH ??= require("node:path").join(__dirname, "../tsconfig.json");
require("tsx/cjs/api").register();
require("../migration/cli")
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
