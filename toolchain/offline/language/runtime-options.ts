import { UserError } from "../../../support/errors";
import type { PlainValue } from "../property-value";

/** The options of `runtime:` in Pulumi.yaml that the official language host knows. */
export interface RuntimeOptions {
  /** Whether the program is compiled by Pulumi's own ts-node. */
  typescript: boolean;
  tsconfig: string | undefined;
  /** Arguments for node itself, such as `-r ./hook.cjs`. */
  nodeArguments: string[];
  packageManager: string | undefined;
}

/** @throws UserError naming the option that is wrong */
export function readRuntimeOptions(options: { [name: string]: PlainValue }): RuntimeOptions {
  const text = (name: string): string | undefined => {
    const value = options[name];
    if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
    throw wrong(name, "a text");
  };
  const { typescript = true } = options;
  if (typeof typescript !== "boolean") throw wrong("typescript", "true or false");
  return {
    typescript,
    tsconfig: text("tsconfig"),
    nodeArguments: splitWords(text("nodeargs") ?? ""),
    packageManager: text("packagemanager"),
  };
}

/** Splits as a shell does: at white space, but not within quotes; a backslash keeps the next character as it is. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const word = /((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)\s*/gy;
  line = line.trim();
  for (let match = word.exec(line); match !== null; match = word.exec(line)) {
    words.push(
      (match[1] as string).replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_all, double, single, escaped) =>
        double !== undefined ? double.replace(/\\(["\\])/g, "$1") : (single ?? escaped),
      ),
    );
    if (word.lastIndex === line.length) return words;
  }
  if (line === "") return words;
  throw wrong("nodeargs", "words with every quote closed");
}

function wrong(name: string, must: string): UserError {
  return new UserError(`The option '${name}' of runtime must be ${must}.`, "Correct it in Pulumi.yaml.");
}
