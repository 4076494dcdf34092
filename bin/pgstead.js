#!/usr/bin/env node
require("../support/typescript.cjs");
require("../migration/cli")
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
