/** SQLite's functions of texts and blobs. */
import { textBytes } from "./cast";
import { anyNullable, type FunctionRule, take } from "./function-rule";
import { type Translated, Untranslatable } from "./scope";
import { asInteger, asText, nullLiteral, value } from "./values";

/** A function of texts that PostgreSQL has under a name of its own. */
function texts(least: number, most: number, make: (args: string[]) => string): FunctionRule {
  return (args, _scope, name) => {
    take(args, least, most, name);
    return value("text", make(args.map(asText)), anyNullable(args));
  };
}

const length: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const call = of.kind === "blob" ? `length(${of.sql})` : `length(${asText(of)})`;
  return value("integer", call, of.nullable, { type: { kind: "integer" }, notNegative: true });
};

const substr: FunctionRule = (args, _scope, name) => {
  const [of, start, count] = take(args, 2, 3, name) as [Translated, Translated, Translated | undefined];
  const isBlob = of.kind === "blob";
  // Of no bytes SQLite gives NULL.
  const subject = isBlob ? `NULLIF(${of.sql}, ''::bytea)` : asText(of);
  const nullable = isBlob || anyNullable(args);
  const result = (sql: string) => value(isBlob ? "blob" : "text", sql, nullable);
  if (start.kind === "null" || count?.kind === "null") return nullLiteral;
  const from = asInt4(start);
  const many = count === undefined ? null : lengthArgument(start, count);
  const end = many === null ? "" : `, ${many}`;
  if (start.notNegative === true) return result(`substr(${subject}, ${from}${end})`);
  if (typeof start.literal !== "bigint" || start.type.kind !== "integer")
    throw new Untranslatable(`${name} from a place that may be before the beginning`);
  // Counted from the end; before the beginning both databases count the places that are not there.
  const place = `length(${subject}) + 1 - ${-start.literal}`;
  return result(
    many === null && !isBlob ? `right(${subject}, ${-start.literal})` : `substr(${subject}, ${place}${end})`,
  );
};

function asInt4(of: Translated): string {
  return of.type.kind === "integer" ? asInteger(of) : `${asInteger(of)}::integer`;
}

/** A length below 0 takes the characters before the start; before the first there are none. */
function lengthArgument(start: Translated, count: Translated): string {
  if (count.notNegative === true) return asInt4(count);
  if (start.literal === 1n) {
    const many = asInt4(count);
    return `CASE WHEN ${many} < 0 THEN 0 ELSE ${many} END`;
  }
  throw new Untranslatable("substr() of a length that may be below 0");
}

const octetLength: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const call = `octet_length(${of.kind === "blob" ? of.sql : asText(of)})`;
  return value("integer", call, of.nullable, { type: { kind: "integer" }, notNegative: true });
};

const replace: FunctionRule = (args, _scope, name) => {
  const [x, pattern, by] = take(args, 3, 3, name) as [Translated, Translated, Translated];
  const sql = `replace(${asText(x)}, ${asText(pattern)}, ${asText(by)})`;
  // An empty pattern gives the text back, whatever is to come in its place, NULL included.
  const perhapsEmpty = by.nullable && (pattern.literal === undefined || pattern.literal === "");
  return value(
    "text",
    perhapsEmpty ? `(CASE WHEN ${asText(pattern)} = '' THEN ${asText(x)} ELSE ${sql} END)` : sql,
    anyNullable(args),
  );
};

const instr: FunctionRule = (args, _scope, name) => {
  const [a, b] = take(args, 2, 2, name) as [Translated, Translated];
  if (a.kind === "blob" || b.kind === "blob") throw new Untranslatable(`${name} of a blob`);
  return value("integer", `strpos(${asText(a)}, ${asText(b)})`, anyNullable(args), {
    type: { kind: "integer" },
    notNegative: true,
  });
};

const hex: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  const bytes = of.kind === "blob" ? of.sql : textBytes(asText(of));
  // hex(NULL) is an empty text.
  const call = `upper(encode(${bytes}, 'hex'))`;
  return value("text", of.nullable ? `COALESCE(${call}, '')` : call, false);
};

/** concat() takes NULL as an empty text. */
const concat: FunctionRule = (args, _scope, name) => {
  take(args, 1, 100, name);
  return value("text", `(${args.map((arg) => `COALESCE(${asText(arg)}, '')`).join(" || ")})`, false);
};

const unicode: FunctionRule = (args, _scope, name) => {
  const [of] = take(args, 1, 1, name) as [Translated];
  return value("integer", `NULLIF(ascii(${asText(of)}), 0)`, true, { type: { kind: "integer" }, notNegative: true });
};

/** By SQLite's names. */
export const textFunctions: Record<string, FunctionRule> = {
  length,
  octet_length: octetLength,
  // Only the letters A to Z change, as under PostgreSQL's collation "C".
  lower: texts(1, 1, ([x]) => `lower(${x} COLLATE "C")`),
  upper: texts(1, 1, ([x]) => `upper(${x} COLLATE "C")`),
  trim: texts(1, 2, (args) => `btrim(${args.join(", ")})`),
  ltrim: texts(1, 2, (args) => `ltrim(${args.join(", ")})`),
  rtrim: texts(1, 2, (args) => `rtrim(${args.join(", ")})`),
  replace,
  instr,
  substr,
  substring: substr,
  concat,
  unicode,
  hex,
};
