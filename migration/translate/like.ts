/** LIKE and GLOB (sqlite.org/lang_expr.html, "The LIKE, GLOB, REGEXP, MATCH, and extract operators"). */
import { escapeLiteral } from "pg";
import type { Expr } from "sqlite3-parser";
import { type Scope, type Translated, Untranslatable } from "./scope";
import { asText, textLiteral, value } from "./values";

type Translate = (expression: Expr, scope: Scope) => Translated;

export function like(expression: Extract<Expr, { type: "LikeExpr" }>, scope: Scope, translate: Translate): Translated {
  const of = translate(expression.lhs, scope);
  const pattern = translate(expression.rhs, scope);
  const not = expression.not ? "NOT " : "";
  const nullable = of.nullable || pattern.nullable;
  const result = (sql: string) => value("boolean", not === "" ? sql : `(NOT ${sql})`, nullable);
  if (expression.op === "Glob") {
    if (typeof pattern.literal !== "string") throw new Untranslatable("GLOB with a pattern that is not a literal");
    return result(`(${asText(of)} COLLATE "C" ~ ${escapeLiteral(globRegex(pattern.literal)).trim()})`);
  }
  if (expression.op !== "Like")
    throw new Untranslatable(`${expression.op.toUpperCase()}, which only the application defines`);
  const mark = escapeCharacter(expression.escape, scope, translate);
  const folded = `lower(${asText(of)} COLLATE "C")`;
  if (typeof pattern.literal === "string")
    return result(`(${folded} LIKE ${textLiteral(ownPattern(pattern.literal, mark)).sql})`);
  return result(`(${folded} LIKE lower(${asText(pattern)} COLLATE "C") ESCAPE ${escapeLiteral(mark).trim()})`);
}

/** SQLite's LIKE has no escape character of its own; the letters A to Z match in both cases. */
function escapeCharacter(expression: Expr | undefined, scope: Scope, translate: Translate): string {
  if (expression === undefined) return "";
  const { literal } = translate(expression, scope);
  if (typeof literal !== "string" || [...literal].length !== 1 || /[a-z%_]/i.test(literal))
    throw new Untranslatable("LIKE with an ESCAPE that is a letter, a wildcard, or no literal");
  return literal;
}

/** The pattern in small letters, with PostgreSQL's own escape character. */
function ownPattern(pattern: string, mark: string): string {
  let own = "";
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const escaped = characters[at] === mark;
    const character = characters[escaped ? ++at : at];
    if (character === undefined) throw new Untranslatable("LIKE with a pattern that ends in its escape character");
    const special = character === "\\" || (escaped && (character === "%" || character === "_"));
    own += (special ? "\\" : "") + character.replace(/[A-Z]/, (letter) => letter.toLowerCase());
  }
  return own;
}

/** The regular expression that matches what a GLOB matches: the whole text, `*`, `?`, and sets in brackets. */
function globRegex(glob: string): string {
  const characters = [...glob];
  let regex = "^";
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === "*") regex += ".*";
    else if (character === "?") regex += ".";
    else if (character === "[") {
      const set = readSet(characters, at + 1);
      regex += set.regex;
      at = set.end;
    } else regex += literalCharacter(character);
  }
  return `${regex}$`;
}

function literalCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|]/.test(character) ? `\\${character}` : character;
}

/** A set in brackets. A `]` that comes first stands for itself, as does a `-` at either end. */
function readSet(characters: string[], start: number): { regex: string; end: number } {
  let at = start;
  const negated = characters[at] === "^";
  if (negated) at++;
  const members: string[] = [];
  const escaped = (character: string) => (/[\\\]^[-]/.test(character) ? `\\${character}` : character);
  for (let first = true; characters[at] !== "]" || first; first = false) {
    const from = characters[at];
    if (from === undefined) throw new Untranslatable("GLOB with a bracket that is not closed");
    const to = characters[at + 2];
    if (characters[at + 1] === "-" && to !== undefined && to !== "]" && from !== "-") {
      // A range that runs backwards holds nothing in SQLite, and is an error in PostgreSQL.
      if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0))
        throw new Untranslatable("GLOB with a range that runs backwards");
      members.push(`${escaped(from)}-${escaped(to)}`);
      at += 3;
    } else {
      members.push(escaped(from));
      at++;
    }
  }
  return { regex: `[${negated ? "^" : ""}${members.join("")}]`, end: at };
}
