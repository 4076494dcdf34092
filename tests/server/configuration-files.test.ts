import { describe, expect, it } from "vitest";
import { renderPgHba } from "../../server/pg-hba";
import { renderPostgresqlConf } from "../../server/postgresql-conf";

describe("postgresql.conf", () => {
  it("says who wrote it, where to change it, and why each value is what it is", () => {
    expect(
      renderPostgresqlConf(
        [{ name: "work_mem", value: "4MB", reason: "for each sort" }],
        "Change it in the stack's config.",
      ),
    ).toBe(
      [
        "# postgresql.conf, written by pgstead: changes made here are overwritten.",
        "# Change it in the stack's config.",
        "",
        "# for each sort",
        "work_mem = '4MB'",
        "",
      ].join("\n"),
    );
  });

  it("quotes values by the file's rules, and lets no comment or value end its line", () => {
    const conf = renderPostgresqlConf([{ name: "search_path", value: '"it\'s", \\x # y', reason: "a\nport = 1" }], "");
    expect(conf).toContain("search_path = '\"it''s\", \\\\x # y'");
    expect(conf).toContain("# a\n# port = 1\n");
    expect(() => renderPostgresqlConf([{ name: "a", value: "1\nb = 2", reason: "" }], "")).toThrow("line break");
  });
});

describe("pg_hba.conf", () => {
  const rules = (host: string, socket: boolean) =>
    renderPgHba(host, socket)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(/ +/).join(" "));

  it("asks everyone for a password, over what the server listens on and nothing else", () => {
    expect(rules("127.0.0.1", true)).toEqual([
      "local all all scram-sha-256",
      "local replication all scram-sha-256",
      "host all all 127.0.0.0/8 scram-sha-256",
      "host replication all 127.0.0.0/8 scram-sha-256",
    ]);
    expect(rules("::1", false)).toEqual([
      "host all all ::1/128 scram-sha-256",
      "host replication all ::1/128 scram-sha-256",
    ]);
  });
});
