/** `npm run pulumi -- <any pulumi command>` */
import { main, prepareEngine, runPulumi } from "./run";
import { withPreview } from "./whole-destroy";

const say = (line: string) => void process.stderr.write(`${line}\n`);

main(async () => runPulumi(await prepareEngine(), withPreview(process.argv.slice(2), say)));
