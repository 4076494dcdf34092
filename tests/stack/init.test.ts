import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../components/settings";
import { init } from "../../stack/init";
import { mockEngine, setStackConfig } from "../support/pulumi-mocks";

let project: string;
let app: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "pgstead-init-"));
  app = join(project, "..", `app-of-${project.split("/").at(-1)}`);
  mkdirSync(app);
});
afterEach(() => {
  for (const folder of [project, app]) rmSync(folder, { recursive: true, force: true });
});

function database(name: string, ...tables: string[]): string {
  const path = join(app, name);
  const file = new Database(path);
  for (const table of tables)
    file.exec(table.includes(" ") ? table : `CREATE TABLE "${table}" (id INTEGER PRIMARY KEY)`);
  file.close();
  return path;
}

const written = (stack: string) => {
  const { config } = parse(readFileSync(join(project, `Pulumi.${stack}.yaml`), "utf8"));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("pgstead:", ""), value]));
};

describe("pgstead init", () => {
  it("writes a stack for a SQLite file that the program takes as it is, and says what it chose and why", async () => {
    const source = database(
      "My Shop (2).db",
      "users",
      "django_session",
      "alembic_version",
      "CREATE VIRTUAL TABLE notes USING fts5 (text)",
    );
    const lines = (await init(source, undefined, project)).join("\n");
    const config = written("my-shop-2");
    expect(config).toMatchObject({
      instance: "embedded",
      database: "my_shop_2",
      role: "my_shop_2",
      source,
      excludeTables: ["django_session"],
      badRows: "fail",
      verification: "full",
      envFile: ".env",
    });
    expect(lines).toMatch(/Stays behind: django_session \(sessions: users log in once more\)/);
    expect(lines).toMatch(/Left by itself, as virtual tables are: notes, notes_config/);
    expect(lines).toMatch(/Comes along: alembic_version/);
    expect(lines).toMatch(/Tuning for this machine: .*shared_buffers \d+\w+, max_connections \d+/);
    expect(lines).toContain("npm start my-shop-2");
    await mockEngine();
    setStackConfig(config);
    expect(readSettings()).toMatchObject({ database: { database: "my_shop_2" }, migration: { source } });
  });

  it("takes the application's own .env, and a port that neither another stack nor another program has", async () => {
    writeFileSync(join(project, "Pulumi.dev.yaml"), "config:\n  pgstead:envFile: .env\n");
    const listening = createServer().listen(5435, "127.0.0.1");
    await new Promise((settle) => listening.once("listening", settle).once("error", settle));
    try {
      writeFileSync(join(app, ".env"), "A=1\n");
      await init(database("app.db", "t"), "mine", project);
      expect(written("mine")).toMatchObject({ envFile: join(app, ".env") });
      expect(written("mine").port).toBeGreaterThan(5435);
      rmSync(join(app, ".env"));
      await init(join(app, "app.db"), "second", project);
      expect(written("second")).toMatchObject({ envFile: ".env.second" });
      expect(written("second").port).not.toBe(written("mine").port);
    } finally {
      listening.close();
    }
  });

  it("overwrites no stack, and writes none for what is no SQLite database", async () => {
    const source = database("app.db", "t");
    await init(source, undefined, project);
    await expect(init(source, undefined, project)).rejects.toThrow(/is there already.*--stack/);
    writeFileSync(join(app, "text.db"), "not a database, but long enough to be taken for one ".repeat(30));
    await expect(init(join(app, "text.db"), undefined, project)).rejects.toThrow(/cannot be read as a SQLite database/);
    expect(existsSync(join(project, "Pulumi.text.yaml"))).toBe(false);
    await expect(init(source, "a/b", project)).rejects.toThrow(/cannot be a stack's name/);
  });

  it("quotes whatever a name holds", async () => {
    await init(database(`it's: "#1".db`, "t"), "odd", project);
    expect(written("odd")).toMatchObject({ source: join(app, `it's: "#1".db`), database: "it_s_1" });
  });
});
