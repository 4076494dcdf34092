/** Names for PostgreSQL: the same as in SQLite, except where PostgreSQL has no room for them. */
import { createHash } from "node:crypto";

/** PostgreSQL's NAMEDATALEN less one, in bytes. */
const longest = 63;
/** Every table has these (postgresql.org/docs/16/ddl-system-columns.html). */
const systemColumns = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]);

/** Gives out names that must differ from each other, such as all relations of a schema, or the columns of a table. */
export class Namespace {
  readonly #taken = new Set<string>();

  /** @param wanted what a name of the source is to be called */
  constructor(
    taken: Iterable<string> = [],
    readonly wanted: (name: string) => string = (name) => name,
  ) {
    for (const name of taken) this.#taken.add(name);
  }

  /** The wanted name where it is free and fits, else one made of it and a hash. */
  take(source: string): string {
    const wanted = this.wanted(source);
    let name = fit(wanted, source);
    for (let attempt = 1; this.#taken.has(name); attempt++) name = withHash(wanted, `${source} ${attempt}`);
    this.#taken.add(name);
    return name;
  }
}

/** A namespace for the columns of a table. */
export function columnNamespace(wanted?: (name: string) => string): Namespace {
  return new Namespace(systemColumns, wanted);
}

/** `OrderID` as `order_id`, `HTTPServer` as `http_server`, `Order Items` as `order_items`; letters of any script stay. */
export function snakeCase(name: string): string {
  const words = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .replace(/[^\p{L}\p{M}\p{N}_]+/gu, "_")
    .toLowerCase();
  const inner = words.replace(/_+/g, "_").replace(/^_|_$/g, "");
  // What begins with an underscore does so on purpose.
  return inner === "" ? name : name.startsWith("_") ? `_${inner}` : inner;
}

function fit(name: string, seed: string): string {
  return name !== "" && Buffer.byteLength(name) <= longest ? name : withHash(name, seed);
}

function withHash(name: string, seed: string): string {
  const hash = createHash("sha256").update(seed).digest("hex").slice(0, 8);
  let start = "";
  for (const character of name) {
    if (Buffer.byteLength(start + character) > longest - hash.length - 1) break;
    start += character;
  }
  return `${start}_${hash}`;
}
