/** What a function of SQLite becomes. */
import { type Scope, type Translated, Untranslatable } from "./scope";

/** @param name as it is to stand in reasons */
export type FunctionRule = (args: Translated[], scope: Scope, name: string) => Translated;

/** The arguments, where their number is one of those that SQLite takes. */
export function take(args: Translated[], least: number, most: number, name: string): Translated[] {
  if (args.length < least || args.length > most) throw new Untranslatable(`${name} with ${args.length} arguments`);
  return args;
}

export const anyNullable = (args: Translated[]) => args.some((arg) => arg.nullable);
