/** Starts the stand-in whose bundle is beside this file, with what V8 made of it in an earlier run: half of what its start takes beyond that of Node.js. */
import { readFileSync } from "node:fs";
import { runKept } from "../../../support/kept-script.cjs";

/** After so long, what a start runs has been compiled. */
const settledMilliseconds = 250;

const bundle = __filename.replace(/\.js$/, ".bundle.js");
const kept = bundle.replace(/\.js$/, ".v8");
const keep = runKept(readFileSync(bundle, "utf8"), { exports: {} }, bundle, kept);
if (keep !== null) setTimeout(keep, settledMilliseconds).unref();
