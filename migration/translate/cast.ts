/** CAST (sqlite.org/lang_expr.html, "CAST expressions"). */
import { type Translated, Untranslatable } from "./scope";
import { affinityOf, article, asReal, asText, integerLiteral, plain, realLiteral, value } from "./values";

/** @param typeName as written; its affinity decides */
export function cast(of: Translated, typeName: string): Translated {
  const affinity = affinityOf(typeName);
  const result = (translated: Translated): Translated => ({
    ...translated,
    affinity,
    collation: of.collation,
    explicitCollation: of.explicitCollation,
  });
  const source = plain(of);
  if (source.kind === "null") return result(value("null", "NULL", true));
  switch (affinity) {
    case "text":
      return result(value("text", asText(source), source.nullable));
    case "integer":
      return result(toInteger(source));
    case "real":
      if (typeof source.literal === "string") return result(realLiteral(leadingReal(source.literal)));
      return result(value("real", asReal(source), source.nullable));
    case "numeric":
      if (source.kind === "integer" || source.kind === "real" || source.kind === "number") return result(source);
      break;
    case "blob":
      if (source.kind === "blob") return result(source);
      if (source.kind === "text") return result(value("blob", textBytes(source.sql), source.nullable));
  }
  throw new Untranslatable(`CAST of ${article(source.kind)} to ${typeName || "no type"}`);
}

function toInteger(source: Translated): Translated {
  if (source.kind === "integer") return { ...source, literal: source.literal };
  if (source.integerSql !== undefined) return value("integer", source.integerSql, source.nullable);
  if (typeof source.literal === "string") {
    const digits = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(source.literal)?.[1];
    const integer = BigInt(digits?.replace("+", "") ?? 0);
    if (integer === BigInt.asIntN(64, integer)) return integerLiteral(integer);
  }
  if (source.kind === "real" || source.kind === "number")
    return value("integer", `trunc(${source.sql})::bigint`, source.nullable);
  throw new Untranslatable(`CAST of ${article(source.kind)} to INTEGER takes the digits that it begins with`);
}

function leadingReal(text: string): number {
  return Number(/^[ \t\n\v\f\r]*([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)/i.exec(text)?.[1] ?? 0);
}

/** A text's bytes in UTF-8. convert_to() is not IMMUTABLE, decode() is; of what it reads only the backslash is special. */
export function textBytes(sql: string): string {
  return `decode(replace(${sql}, '\\', '\\\\'), 'escape')`;
}
