import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { describeTarget, type PostgresTarget, parsePostgresUrl, postgresUrl } from "../../support/postgres";

const target: PostgresTarget = {
  host: "127.0.0.1",
  port: 5434,
  database: "app",
  user: "app",
  password: "secret",
  tls: "disable",
};

describe("a target's URL", () => {
  it.each([
    ["plain names", {}],
    ["names with spaces and signs", { database: "Rich & Famous; 100%", user: "o'brien@home", password: "a:b/c?d#e f" }],
    ["an IPv6 address", { host: "::1" }],
    ["TLS and an authority's file", { tls: "verify-full", tlsCaFile: "/etc/ca file.pem" } as const],
  ])("says the same as the target it was made of: %s", (_what, change) => {
    expect(parsePostgresUrl(postgresUrl({ ...target, ...change }))).toEqual({ ...target, ...change });
  });

  it("is read by node-postgres as it was meant", () => {
    const odd = { ...target, database: "Rich & Famous; 100%", user: "o'brien@home", password: "a:b/c?d#e f" };
    const client = new Client(postgresUrl(odd));
    expect(client).toMatchObject({ database: odd.database, user: odd.user, password: odd.password });
  });

  it("holds no quote, so that shells and .env readers take it as it is", () => {
    expect(postgresUrl({ ...target, user: "o'brien", database: `a"b'c` })).not.toMatch(/['"`$\s]/);
  });

  it("is shown to people without the password", () => {
    expect(describeTarget(target)).toBe("postgresql://app@127.0.0.1:5434/app");
  });

  it.each([
    ["not a url", /not a PostgreSQL URL/],
    ["mysql://u:p@h/d", /scheme is mysql/],
    ["postgresql://h/d", /names no host, user or database/],
    ["postgresql://u:hidden@h/d?sslmode=maybe", /sslmode is 'maybe'/],
  ])("is refused with what is wrong, and never the password: %s", (text, message) => {
    expect(() => parsePostgresUrl(text)).toThrow(message);
    expect(() => parsePostgresUrl(text)).not.toThrow(/hidden/);
  });
});
