#!/usr/bin/env node
require("../support/typescript.cjs");
const [command, ...args] = process.argv.slice(2);
(command === "init"
  ? require("../stack/init").main(args)
  : require("../migration/cli").main(process.argv.slice(2))
).then((code) => {
  process.exitCode = code;
});
