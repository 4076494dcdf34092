/** `eval "$(npm run -s env)"`: after it, plain `pulumi` is the project's engine, with its home, backend and passphrase. */
import { delimiter, dirname } from "node:path";
import { engineEnvironment } from "./environment";
import { main, prepareEngine } from "./run";

main(async () => {
  const engine = await prepareEngine();
  const { PATH: _, ...variables } = engineEnvironment(engine);
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}=${quote(value)}\n`);
  // npm puts folders of its own on PATH for this script; the shell's PATH is extended where it is evaluated.
  process.stdout.write(`export PATH=${quote(dirname(engine.command))}${delimiter}"$PATH"\n`);
  return 0;
});

/** Quotes for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
