import { beforeEach, describe, expect, it } from "vitest";
import { readSettings } from "../../components/settings";
import { mockEngine, outputValue, setStackConfig } from "../support/pulumi-mocks";

beforeEach(async () => {
  await mockEngine();
});

describe("the settings", () => {
  it("are complete and valid by Pulumi.yaml's defaults alone", () => {
    setStackConfig({});
    const settings = readSettings();
    expect(settings.server).toMatchObject({ instance: "embedded", port: 5434, keepData: true });
    expect(settings.database).toEqual({
      database: "backup_management",
      role: "backupmgmt",
      locale: "C",
      extensions: [],
      secretVersion: 1,
      rotation: { mode: "in-place", retireAfter: "", maxAge: "", onAge: "warn" },
    });
    expect(settings.migration).toBeUndefined();
  });

  it("list every error at once, each with its key and the accepted values", () => {
    setStackConfig({
      instance: "dockr",
      port: 70_000,
      tuning: "fast",
      memory: "lots",
      batchSize: 0,
      badRows: "ignore",
      verification: "off",
      role: "",
      secretVersion: "two",
      rotation: "sometimes",
      retireAfter: "0h",
      postgresSettings: { listen_addresses: "*" },
      excludeTables: "users",
    });
    let message = "";
    try {
      readSettings();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("13 values");
    for (const line of [
      "pgstead:instance is 'dockr'; accepted: embedded, docker, external.",
      "pgstead:port is '70000'; accepted: a whole number from 1 to 65535.",
      "pgstead:tuning is 'fast'; accepted: auto, phase12.",
      "pgstead:memory is 'lots'; accepted: a size of at least 128MB, such as 8GB, or empty.",
      "pgstead:batchSize is '0'; accepted: a whole number from 1 to 1000000.",
      "pgstead:badRows is 'ignore'; accepted: fail, skip.",
      "pgstead:verification is 'off'; accepted: full, thorough.",
      "pgstead:role is empty; accepted: a name of 1 to 63 bytes.",
      "pgstead:secretVersion is 'two'; accepted: a whole number from 1 to 2147483647.",
      "pgstead:rotation is 'sometimes'; accepted: in-place, alternating.",
      "pgstead:retireAfter is '0h'; accepted: a time such as 30min, 12h or 90d, or empty.",
      "pgstead:postgresSettings cannot be used: The setting listen_addresses cannot be set by config: it follows pgstead:host;",
      "pgstead:excludeTables cannot be read; accepted: a list of names.",
    ])
      expect(message).toContain(line);
  });

  it("take types with the values that are NULL", () => {
    const types = { "orders.at": "timestamp cut to microseconds null for '', '0000-00-00'", DATE: "date null for 0" };
    setStackConfig({ source: "app.db", types });
    expect(readSettings().migration?.policies.types).toEqual(types);
    setStackConfig({ source: "app.db", types: { DATE: "date null for none" } });
    expect(() => readSettings()).toThrow(/pgstead:types has "date null for none" for DATE; accepted: null for '…'/);
  });

  it("take PostgreSQL settings of any single value, truth values as on and off", () => {
    setStackConfig({ postgresSettings: { jit: false, work_mem: "32MB", max_connections: 50 } });
    const { server } = readSettings();
    expect(server).toMatchObject({
      postgresql: { overrides: { jit: "off", work_mem: "32MB", max_connections: "50" } },
    });
  });

  it("require host and password of an external server, and keep the password a secret", async () => {
    setStackConfig({ instance: "external", host: "" });
    expect(() => readSettings()).toThrow(/pgstead:superuserPassword is not set.*pgstead:host is empty/s);

    const external = {
      instance: "external",
      host: "db.example.com",
      superuserPassword: "hidden",
      tlsMode: "verify-full",
    };
    setStackConfig(external);
    expect(() => readSettings()).toThrow(/pgstead:superuserPassword is kept in plain text/);

    setStackConfig(external, ["superuserPassword"]);
    const { server } = readSettings();
    if (server.instance !== "external") throw new Error("not external");
    expect(server).toMatchObject({ host: "db.example.com", tlsMode: "verify-full" });
    expect(await (server.superuserPassword as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    expect(await outputValue(server.superuserPassword)).toBe("hidden");
  });

  it("refuse the superuser's name for the application's role", () => {
    setStackConfig({ role: "postgres" });
    expect(() => readSettings()).toThrow(/pgstead:role is 'postgres', the superuser's own name/);
  });

  it("refuse an image whose name says another major version, and take other names as they are", () => {
    for (const image of ["postgres:17", "docker.io/library/postgres:v15-alpine", "postgis/postgis:17-3.5"]) {
      setStackConfig({ instance: "docker", image });
      expect(() => readSettings(), image).toThrow(
        /servers are of PostgreSQL 16, whose data 1[57] cannot read.*pg_dump/s,
      );
    }
    const digest = `postgres:16.4@sha256:${"ab".repeat(32)}`;
    for (const image of ["postgres", "postgres:16-alpine", digest, "mine/database:2.1", "localhost:5000/pg:17"]) {
      setStackConfig({ instance: "docker", image });
      expect(readSettings().server).toMatchObject({ image });
    }
  });

  it("keep an embedded server on 127.0.0.1", () => {
    setStackConfig({ host: "0.0.0.0" });
    expect(() => readSettings()).toThrow(/pgstead:host is '0.0.0.0'; accepted: 127.0.0.1/);
  });
});
