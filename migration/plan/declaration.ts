/** What a column's declared type asks for: the words that applications and their libraries write, as one table. */

export type Family =
  | "boolean"
  | "integer"
  | "real"
  | "decimal"
  | "text"
  | "blob"
  | "date"
  | "time"
  | "timestamp"
  | "uuid"
  | "json"
  | "any";

export interface Declaration {
  family: Family;
  /** VARCHAR(n)'s n; for a decimal its precision. */
  length: number | null;
  scale: number | null;
}

/** The first rule that matches decides. The type's name is in capitals, its spaces single, its parentheses cut off. */
const rules: [RegExp, Family][] = [
  [/^$|^ANY$|^SQL_VARIANT$/, "any"],
  [/^BOOL(EAN)?$/, "boolean"],
  [/^(SMALL)?DATETIME(2|OFFSET)?$|^TIMESTAMP|^TIMESTAMPTZ$|^DATETIME/, "timestamp"],
  [/^DATE(ONLY)?$/, "date"],
  [/^TIME( WITHOUT TIME ZONE)?$/, "time"],
  [/^(UUID|GUID|UNIQUEIDENTIFIER)$/, "uuid"],
  [/^JSONB?$/, "json"],
  [/^(DECIMAL|NUMERIC|NUMBER|DEC|FIXED|MONEY|SMALLMONEY|CURRENCY)( UNSIGNED)?$/, "decimal"],
  // Geometries are bytes in GeoPackage and SpatiaLite; POINT is not to be taken for an INT.
  [
    /^(GEOMETRY(COLLECTION)?|CURVE|SURFACE|(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|(COMPOUND|CIRCULAR)\w*)( Z| M| ZM)?$/,
    "blob",
  ],
  [/^(BLOB|TINYBLOB|MEDIUMBLOB|LONGBLOB|BINARY|VARBINARY|BYTEA|BYTES|IMAGE|BINARY VARYING)$/, "blob"],
  [/^(REAL|FLOAT[48]?|DOUBLE|DOUBLE PRECISION|FLOATING POINT)( UNSIGNED)?$/, "real"],
  [/^((LONG|MEDIUM|TINY|N)?TEXT|N?CLOB|STRING|CITEXT)$/, "text"],
  [/CHAR/, "text"],
  // Of Access and MySQL: SQLite knows no integer in them, and what is stored decides only where there is something.
  [/^(LONG|WORD|COUNTER|AUTONUMBER|YEAR)( UNSIGNED)?$/, "integer"],
  // From here on as SQLite takes a word that it does not know (sqlite.org/datatype3.html, 3.1).
  [/INT|SERIAL/, "integer"],
  [/CLOB|TEXT/, "text"],
  [/BLOB/, "blob"],
  [/REAL|FLOA|DOUB/, "real"],
];

/** Reads a declared type, such as `varchar(50)` or `UNSIGNED BIG INT`. A word that no rule knows is `any`: the data decides. */
export function readDeclaration(declared: string): Declaration {
  const match = /^([^(]*)(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?(?:\)|$))?(.*)$/s.exec(
    withoutBrackets(declared).toUpperCase(),
  );
  const name = `${match?.[1] ?? ""}${match?.[4] ?? ""}`.replace(/\s+/g, " ").trim();
  const length = match?.[2] === undefined ? null : Number(match[2]);
  const scale = match?.[3] === undefined ? null : Number(match[3]);
  // MySQL's and SQL Server's forms of a boolean, which several libraries write into SQLite too.
  if ((name === "TINYINT" && length === 1) || (name === "BIT" && (length ?? 1) === 1))
    return { family: "boolean", length: null, scale: null };
  const family = rules.find(([form]) => form.test(name))?.[1] ?? "any";
  const counted = family === "decimal" || (family === "text" && name.includes("CHAR"));
  return {
    family,
    length: counted ? length : null,
    scale: family === "decimal" ? (scale ?? (length === null ? null : 0)) : null,
  };
}

/** Of SQL Server's `[decimal](18, 4)` SQLite takes the first and the last character away, as of a name in brackets. */
function withoutBrackets(declared: string): string {
  return declared.replace(/[[\]]/g, "").trim();
}
