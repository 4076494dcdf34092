/** `npm run pulumi -- <any pulumi command>` */
import { main, prepareEngine, runPulumi } from "./run";

main(async () => runPulumi(await prepareEngine(), process.argv.slice(2)));
