/**
 * format() and printf() with a format that is a literal and asks for nothing but numbers and texts (sqlite.org/printf.html): `%d`, `%i`, `%s`, `%%`, `%.2f`,
 * and widths. Reals in other forms are left out: SQLite writes them in its own way.
 */
import type { FunctionRule } from "./function-rule";
import { rounded } from "./number-functions";
import { type Translated, Untranslatable } from "./scope";
import { asInteger, asText, isText, plain, textLiteral, value } from "./values";

const directive = /%(?:%|([-0]?)(\d{0,3})(?:\.(\d{1,2}))?([a-zA-Z])|[^a-zA-Z%]*[a-zA-Z]?)/g;

export const format: FunctionRule = ([pattern, ...args], scope, name) => {
  const text = pattern?.literal;
  if (typeof text !== "string") throw new Untranslatable(`${name} of a format that is no literal`);
  const parts: string[] = [];
  // Of an empty result SQLite makes NULL.
  let isEmpty = true;
  let at = 0;
  let used = 0;
  for (const match of text.matchAll(directive)) {
    isEmpty &&= match.index === at && match[4] === "s";
    if (match.index > at) parts.push(textLiteral(text.slice(at, match.index)).sql);
    at = match.index + match[0].length;
    const [whole, flag = "", width = "", places, kind] = match;
    if (whole === "%%") parts.push(textLiteral("%").sql);
    else if (kind === "f" && flag !== "0") {
      const decimals = Number(places ?? "6");
      const of = plain(given(args, used++, name));
      // NULL is 0.
      const shown = `COALESCE(${rounded(of, decimals, scope, name)}::text, '${(0).toFixed(decimals)}')`;
      parts.push(padded(shown, flag, Number(width)));
    } else if (places !== undefined) throw new Untranslatable(`${name} with ${whole}`);
    else if (kind === "d" || kind === "i" || kind === "s")
      parts.push(field(given(args, used++, name), kind, flag, Number(width), name));
    else throw new Untranslatable(`${name} with ${whole}`);
  }
  if (used !== args.length) throw new Untranslatable(`${name} with ${args.length} values for ${used} places`);
  if (at < text.length) parts.push(textLiteral(text.slice(at)).sql);
  if (isEmpty && at === text.length) throw new Untranslatable(`${name} whose result may be empty`);
  return value("text", `(${parts.join(" || ")})`, false);
};

function given(args: Translated[], at: number, name: string): Translated {
  const arg = args[at];
  if (arg === undefined) throw new Untranslatable(`${name} with fewer values than its format asks for`);
  return arg;
}

function field(arg: Translated, kind: string, flag: string, width: number, name: string): string {
  const of = plain(arg);
  if (kind === "s") {
    if (!isText(of.kind) && of.kind !== "integer")
      throw new Untranslatable(`${name} of what is neither text nor integer`);
    // SQLite counts the bytes of a text.
    if (width > 0 && (flag === "0" || of.kind !== "integer"))
      throw new Untranslatable(`${name} with %${flag}${width}s`);
    // NULL is an empty text.
    return padded(`COALESCE(${asText(of)}, '')`, flag, width);
  }
  if (of.kind !== "integer") throw new Untranslatable(`${name} with %${kind} of what is no integer`);
  // NULL is 0.
  const number = `COALESCE(${asInteger(of)}, 0)`;
  if (flag !== "0" || width === 0) return padded(`${number}::text`, flag, width);
  // The sign counts.
  const digits = `abs(${number})::text`;
  const room = `CASE WHEN ${number} < 0 THEN ${width - 1} ELSE ${width} END`;
  return `((CASE WHEN ${number} < 0 THEN '-' ELSE '' END) || lpad(${digits}, greatest(length(${digits}), ${room}), '0'))`;
}

/** Spaces before it, or after it with `-`; what is longer stays whole. */
function padded(text: string, flag: string, width: number): string {
  if (width === 0) return text;
  return `${flag === "-" ? "rpad" : "lpad"}(${text}, greatest(length(${text}), ${width}))`;
}
