import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksAfter, type Fixture, fixture } from "./fixture";

let migrated: Fixture;
beforeAll(async () => {
  migrated = await fixture();
});
afterAll(async () => {
  await migrated?.close();
});

const dropForeignKeys = `DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT conname, conrelid::regclass AS t FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$;`;

/** What was done, in which table and check it shows, and what the check says of it. */
const tamperings: [what: string, sql: string, table: string, check: string, detail: RegExp][] = [
  [
    "a changed text",
    "UPDATE people SET name = 'Somebody' WHERE id = 5",
    "people",
    "content",
    /id "5": column name should be "Person 5", is "Somebody"/,
  ],
  [
    "a value exchanged between two rows",
    "UPDATE people AS a SET amount = b.amount FROM people AS b WHERE (a.id, b.id) IN ((3, 4), (4, 3))",
    "people",
    "content",
    /id "3": column amount should be "0.03", is "0.04"\n?[\s\S]*id "4": column amount should be "0.04", is "0.03"/,
  ],
  [
    "a row deleted and another put in its place",
    "DELETE FROM notes WHERE code = 'N-4'; INSERT INTO notes VALUES ('N-999', 4, 'Body 4')",
    "notes",
    "content",
    /code "N-4": missing in the target[\s\S]*code "N-999": only in the target/,
  ],
  [
    "a lost row",
    "DELETE FROM notes WHERE code = 'N-7'",
    "notes",
    "row count",
    /100 source rows are not 99 target rows/,
  ],
  [
    "a lost row, by its key",
    "DELETE FROM notes WHERE code = 'N-7'",
    "notes",
    "content",
    /code "N-7": missing in the target/,
  ],
  ["a row too many", "INSERT INTO notes VALUES ('N-0', 1, NULL)", "notes", "content", /code "N-0": only in the target/],
  [
    "a boolean turned over",
    "UPDATE people SET is_active = NOT is_active WHERE id = 9",
    "people",
    "content",
    /id "9": column is_active should be "t", is "f"/,
  ],
  [
    "0.0 made -0.0",
    "UPDATE people SET score = '-0' WHERE id = 10",
    "people",
    "content",
    /id "10": column score should be 0 \(\S+\), is -0 /,
  ],
  [
    "the last bit of a double",
    "UPDATE people SET score = 0.10000000000000002 WHERE id = 11",
    "people",
    "content",
    /id "11": column score should be 0.1 .*is 0.10000000000000002/,
  ],
  [
    "NaN in place of NULL",
    "UPDATE people SET score = 'NaN' WHERE id = 3",
    "people",
    "content",
    /id "3": column score should be NULL, is NaN/,
  ],
  [
    "one microsecond",
    "UPDATE people SET seen = seen + interval '1 microsecond' WHERE id = 12",
    "people",
    "content",
    /id "12": column seen should be "2025-03-13 10:11:12.100012", is "2025-03-13 10:11:12.100013"/,
  ],
  [
    "one day",
    "UPDATE people SET born = born + 1 WHERE id = 13",
    "people",
    "content",
    /id "13": column born should be "1963-02-11", is "1963-02-12"/,
  ],
  [
    "one bit of a blob",
    "UPDATE people SET photo = set_bit(photo, 3, 1 - get_bit(photo, 3)) WHERE id = 15",
    "people",
    "content",
    /id "15": column photo should be bytes/,
  ],
  [
    "an empty blob made NULL",
    "UPDATE people SET photo = NULL WHERE id = 16",
    "people",
    "content",
    /id "16": column photo should be bytes.*, is NULL/,
  ],
  [
    "a trailing space",
    "UPDATE people SET name = name || ' ' WHERE id = 17",
    "people",
    "content",
    /id "17": column name should be "Person 17", is "Person 17 "/,
  ],
  [
    "a leading space lost",
    "UPDATE people SET nick = 'x' WHERE id = 14",
    "people",
    "content",
    /id "14": column nick should be " x", is "x"/,
  ],
  [
    "upper and lower case",
    "UPDATE people SET name = lower(name) WHERE id = 18",
    "people",
    "content",
    /id "18": column name should be "Person 18", is "person 18"/,
  ],
  [
    "NULL made an empty text",
    "UPDATE people SET nick = '' WHERE id = 20",
    "people",
    "content",
    /id "20": column nick should be NULL, is ""/,
  ],
  [
    "NULL made an empty text, counted",
    "UPDATE people SET nick = '' WHERE id = 20",
    "people",
    "NULLs",
    /nick: 60 in the source, 59 in the target/,
  ],
  [
    "an empty text made NULL",
    "UPDATE people SET nick = NULL WHERE id = 21",
    "people",
    "content",
    /id "21": column nick should be "", is NULL/,
  ],
  [
    "NULL made the word NULL",
    "UPDATE people SET nick = 'NULL' WHERE id = 25",
    "people",
    "content",
    /id "25": column nick should be NULL, is "NULL"/,
  ],
  [
    "an integer as a double would have it",
    "UPDATE people SET big = 9007199254741000 WHERE id = 9",
    "people",
    "content",
    /id "9": column big should be "9007199254741001", is "9007199254741000"/,
  ],
  [
    "one cent",
    "UPDATE people SET amount = amount + 0.01 WHERE id = 23",
    "people",
    "content",
    /id "23": column amount should be "0.23", is "0.24"/,
  ],
  [
    "another form of the same letter",
    "UPDATE people SET name = normalize(name, NFD) WHERE id = 7",
    "people",
    "content",
    /id "7": column name/,
  ],
  [
    "another line end",
    "UPDATE people SET name = replace(name, E'\\n', E'\\r\\n') WHERE id = 7",
    "people",
    "content",
    /id "7": column name should be "José\\nLuis", is "José\\r\\nLuis"/,
  ],
  [
    "a reference to another parent",
    "UPDATE notes SET person_id = 2 WHERE code = 'N-1'",
    "notes",
    "join notes (person_id) → people",
    /not the same/,
  ],
  [
    "a reference to another parent, by its row",
    "UPDATE notes SET person_id = 2 WHERE code = 'N-1'",
    "notes",
    "content",
    /code "N-1": column person_id should be "1", is "2"/,
  ],
  ["a changed key", "UPDATE people SET id = 301 WHERE id = 300", "people", "key range", /greatest/],
  [
    "a row without a key doubled, another lost",
    "DELETE FROM loose WHERE n = 2; INSERT INTO loose VALUES ('x', 'y', 1)",
    "loose",
    "content",
    /as they should be: 1; target rows that the source does not have: 1/,
  ],
  [
    "two columns exchanged in a row without a key",
    "UPDATE loose SET a = b, b = a WHERE n = 2",
    "loose",
    "content",
    /"p".*missing|column a should be "p", is "q"; column b should be "q", is "p"/,
  ],
  [
    "NULL and nothing exchanged in a row without a key",
    "UPDATE loose SET a = b, b = a WHERE n = 3",
    "loose",
    "content",
    /as they should be: 1; target rows that the source does not have: 1/,
  ],
  [
    "a number changed in a row without a key",
    "UPDATE loose SET n = 5 WHERE n = 2",
    "loose",
    "content",
    /column n should be "2", is "5"/,
  ],
  [
    "a dropped index",
    "DROP INDEX ix_people_boss",
    "people",
    "keys and indexes",
    /missing: index ix_people_boss \(boss_id, nick\)/,
  ],
  [
    "an index in the other direction",
    "DROP INDEX ix_people_seen; CREATE INDEX ix_people_seen ON people (seen)",
    "people",
    "keys and indexes",
    /missing: index ix_people_seen \(seen DESC\)/,
  ],
  [
    "an index that is no longer unique",
    "DROP INDEX ux_people_name; CREATE INDEX ux_people_name ON people (name)",
    "people",
    "keys and indexes",
    /missing: unique ux_people_name/,
  ],
  ["a dropped foreign key", dropForeignKeys, "notes", "foreign keys", /missing: .*\(person_id\) to people \(id\)/],
  [
    "a foreign key that is no longer proved",
    `${dropForeignKeys} ALTER TABLE notes ADD CONSTRAINT notes_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE NOT VALID`,
    "notes",
    "foreign keys",
    /not valid, though no row is without a parent/,
  ],
  [
    "a child without its parent",
    `${dropForeignKeys} DELETE FROM people WHERE id = 298`,
    "notes",
    "orphans notes (person_id) → people",
    /not as many/,
  ],
  ["NULL allowed", "ALTER TABLE people ALTER name DROP NOT NULL", "people", "columns", /missing: name text NOT NULL/],
  [
    "a changed default",
    "ALTER TABLE people ALTER nick SET DEFAULT 'nobody'",
    "people",
    "columns",
    /nick: the default should be 'none'/,
  ],
  [
    "a dropped default",
    "ALTER TABLE people ALTER is_active DROP DEFAULT",
    "people",
    "columns",
    /is_active: the default should be .*, is none/,
  ],
  [
    "another type",
    "ALTER TABLE people ALTER amount TYPE numeric",
    "people",
    "columns",
    /missing: amount numeric\(10,2\)/,
  ],
  ["a column too many", "ALTER TABLE people ADD extra text", "people", "columns", /not planned: extra text/],
  [
    "a sequence that is behind",
    "ALTER TABLE people ALTER id RESTART WITH 300",
    "people",
    "identity",
    /the greatest key is 300, the next one would be 300/,
  ],
  ["no identity", "ALTER TABLE people ALTER id DROP IDENTITY", "people", "identity", /gives no new keys/],
  ["a lost column", "ALTER TABLE people DROP photo", "people", "content", /photo/],
  ["a lost table", "DROP TABLE loose", "loose", "table", /^$/],
];

describe("every tampering with a migrated database is found, and named", () => {
  it("nothing is found in an untouched one", async () => {
    expect(await checksAfter(migrated, "SELECT 1")).toEqual([]);
    expect(migrated.report.status).toBe("verified");
  });

  for (const [what, sql, table, name, detail] of tamperings)
    it(what, async () => {
      const found = await checksAfter(migrated, sql);
      const check = found.find((entry) => entry.table === table && entry.name === name);
      expect(check, JSON.stringify(found, null, 1)).toBeDefined();
      expect(check?.detail ?? "").toMatch(detail);
    });

  it("a table that cannot be looked at is not done, and not passed", async () => {
    const found = await checksAfter(migrated, "DROP TABLE loose");
    const content = found.find((entry) => entry.table === "loose" && entry.name === "row count");
    expect(content).toMatchObject({ status: "not done", detail: expect.stringContaining("loose") });
    expect(found.map((entry) => entry.table)).toEqual(found.map(() => "loose"));
  });

  it("one of many equal rows is missed, and its number is told", async () => {
    const found = await checksAfter(
      migrated,
      "DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose WHERE n = 1)",
    );
    expect(found.find((entry) => entry.name === "content")?.detail).toBe(
      'source rows that the target does not have as they should be: 1; target rows that the source does not have: 0\nrow (a "x", b "y", n "1"): missing in the target',
    );
  });

  it("at most ten of many differences are told, with their number", async () => {
    const found = await checksAfter(migrated, "UPDATE people SET nick = 'all' WHERE id > 100");
    const lines = found.find((entry) => entry.name === "content")?.detail?.split("\n") ?? [];
    expect(lines[0]).toMatch(/as they should be: \d+; target/);
    expect(lines).toHaveLength(11);
  });
});
