/** Names for PostgreSQL: the same as in SQLite, except where PostgreSQL has no room for them. */
import { createHash } from "node:crypto";

/** PostgreSQL's NAMEDATALEN less one, in bytes. */
const longest = 63;
/** Every table has these (postgresql.org/docs/16/ddl-system-columns.html). */
const systemColumns = new Set(["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]);

/** Gives out names that must differ from each other, such as all relations of a schema, or the columns of a table. */
export class Namespace {
  readonly #taken = new Set<string>();

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(name);
  }

  /** The wanted name where it is free and fits, else one made of it and a hash. */
  take(wanted: string): string {
    let name = fit(wanted, wanted);
    for (let attempt = 1; this.#taken.has(name); attempt++) name = withHash(wanted, `${wanted} ${attempt}`);
    this.#taken.add(name);
    return name;
  }
}

/** A namespace for the columns of a table. */
export function columnNamespace(): Namespace {
  return new Namespace(systemColumns);
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
