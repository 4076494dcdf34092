import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { majorVersion } from "../server/embedded/binaries";
import { MB, parseMemory } from "../server/units";
import { parseDuration } from "../support/duration";
import { refusal } from "./refusal";

/** Reads config values, collecting what is wrong with them instead of stopping at the first. */
export class ConfigReader {
  private readonly errors: string[] = [];

  constructor(private readonly config: pulumi.Config) {}

  wrong(key: string, problem: string, accepted: string): void {
    this.errors.push(`${this.config.name}:${key} ${problem}; accepted: ${accepted}.`);
  }

  finish(): void {
    if (this.errors.length === 0) return;
    const count = this.errors.length === 1 ? "One value" : `${this.errors.length} values`;
    throw refusal(
      `${count} in the stack's config cannot be used:\n${this.errors.map((e) => `  - ${e}`).join("\n")}\n Set each with \`pulumi config set <key> <value>\`; Pulumi.yaml describes them all.`,
    );
  }

  text(key: string): string {
    return this.config.get(key) ?? "";
  }

  secret(key: string, need: string): pulumi.Output<string> {
    if ((this.config.get(key) ?? "") === "")
      this.wrong(key, `is not set, and ${need}`, `any password, by \`pulumi config set --secret ${key}\``);
    else if (!secretKeys().includes(`${this.config.name}:${key}`))
      this.wrong(key, "is kept in plain text", `an encrypted one, by \`pulumi config set --secret ${key}\``);
    return this.config.getSecret(key) ?? pulumi.secret("");
  }

  /** The name of a role or database: any that PostgreSQL takes, quoted where it is used. */
  identifier(key: string): string {
    const name = this.text(key);
    if (name === "" || name.includes("\0") || Buffer.byteLength(name) > 63)
      this.wrong(key, name === "" ? "is empty" : `is '${name}'`, "a name of 1 to 63 bytes");
    else if (name.startsWith("pg_")) this.wrong(key, `is '${name}'`, "a name that does not begin with pg_");
    return name;
  }

  oneOf<T extends string>(key: string, accepted: readonly T[]): T {
    const value = this.text(key);
    if (!accepted.includes(value as T)) this.wrong(key, `is '${value}'`, accepted.join(", "));
    return value as T;
  }

  integer(key: string, least: number, most: number): number {
    const text = this.text(key);
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most)
      this.wrong(key, `is '${text}'`, `a whole number from ${least} to ${most}`);
    return value;
  }

  flag(key: string): boolean {
    const text = this.text(key);
    if (text !== "true" && text !== "false") this.wrong(key, `is '${text}'`, "true or false");
    return text === "true";
  }

  memory(key: string): string {
    const text = this.text(key);
    if (text !== "" && !isMemory(text))
      this.wrong(key, `is '${text}'`, "a size of at least 128MB, such as 8GB, or empty");
    return text;
  }

  dockerHost(key: string): string {
    const text = this.text(key);
    if (text !== "" && !/^(?:unix:\/\/\/|tcp:\/\/[^/]|ssh:\/\/[^/-])/.test(text))
      this.wrong(key, `is '${text}'`, "unix:///path, tcp://host:port or ssh://user@host, or empty for DOCKER_HOST");
    return text;
  }

  /** An image's name, with tag or digest, in the form that Docker takes. */
  image(key: string): string {
    const text = this.text(key);
    if (!/^[\w][\w./:-]*(?:@sha256:[0-9a-f]{64})?$/.test(text))
      this.wrong(key, `is '${text}'`, "an image such as postgres:16 or postgres:16@sha256:…");
    // What is in an image of another name is looked at before a container is made of it.
    const major = /(?:^|\/)post(?:gres|gresql|gis):v?(\d+)/.exec(text)?.[1];
    if (major !== undefined && major !== majorVersion)
      this.wrong(
        key,
        `is '${text}', and pgstead's servers are of PostgreSQL ${majorVersion}, whose data ${major} cannot read as it is`,
        `an image of ${majorVersion}; to go on with ${major}, dump the databases (pg_dump), restore them into a server of ${major}, and use that with instance: external`,
      );
    return text;
  }

  address(key: string): string {
    const text = this.text(key);
    if (isIP(text) === 0) this.wrong(key, `is '${text}'`, "an IP address such as 127.0.0.1");
    return text;
  }

  duration(key: string): string {
    const text = this.text(key);
    if (text !== "" && !isDuration(text)) this.wrong(key, `is '${text}'`, "a time such as 30min, 12h or 90d, or empty");
    return text;
  }

  texts(key: string): string[] {
    const value = this.json(key, "a list of names");
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((v) => typeof v === "string" && v !== "")) return value;
    this.wrong(key, "is not a list of names", "a list such as [one, two]");
    return [];
  }

  settings(key: string): Record<string, string> {
    const accepted = "names of PostgreSQL settings with their values";
    const value = this.json(key, accepted);
    if (value === undefined) return {};
    const scalar = (v: unknown) => ["string", "number", "boolean"].includes(typeof v);
    if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.values(value).every(scalar)) {
      this.wrong(key, "is not a map of single values", accepted);
      return {};
    }
    return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, pgValue(v)]));
  }

  /** Names with a text each, such as `{ "orders.total": "numeric(12,2)" }`. */
  map(key: string): Record<string, string> {
    const value = this.json(key, "names with a text each");
    if (value === undefined) return {};
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value);
      if (entries.every(([, text]) => typeof text === "string")) return Object.fromEntries(entries);
    }
    this.wrong(key, "is not a map of texts", "names with a text each");
    return {};
  }

  /** Names with a number each; `config set` writes these as numbers or as text. */
  numbers(key: string): Record<string, number> {
    const accepted = "names with a whole number each";
    const value = this.json(key, accepted);
    if (value === undefined) return {};
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value);
      if (entries.every(([, count]) => /^\d+$/.test(String(count))))
        return Object.fromEntries(entries.map(([name, count]) => [name, Number(count)]));
    }
    this.wrong(key, "is not a map of numbers", accepted);
    return {};
  }

  queries(key: string): { name: string; sql: string }[] {
    const accepted = "a list of {name, sql}";
    const value = this.json(key, accepted);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every(isQuery)) return value.map(({ name, sql }) => ({ name, sql }));
    this.wrong(key, "is not a list of named queries", accepted);
    return [];
  }

  private json(key: string, accepted: string): unknown {
    const text = this.config.get(key);
    if (text === undefined || text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      this.wrong(key, "cannot be read", accepted);
      return undefined;
    }
  }
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0;
  } catch {
    return false;
  }
}

function isMemory(text: string): boolean {
  try {
    return parseMemory(text) >= 128 * MB;
  } catch {
    return false;
  }
}

/** The keys whose values are encrypted in the stack's config, as the language host hands them over. */
export function secretKeys(): string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]");
}

function isQuery(value: unknown): value is { name: string; sql: string } {
  if (typeof value !== "object" || value === null) return false;
  const { name, sql } = value as Record<string, unknown>;
  return typeof name === "string" && name !== "" && typeof sql === "string" && sql !== "";
}

/** PostgreSQL writes a truth value as on or off. */
function pgValue(value: unknown): string {
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}
