// A diary as Drizzle describes it; the statements are those that drizzle-kit generates. Run: npm install drizzle-orm@0.45.4 drizzle-kit@0.31.11 better-sqlite3 && node make.cjs diary.db
const { sql } = require("drizzle-orm");
const { drizzle } = require("drizzle-orm/better-sqlite3");
const {
  blob,
  check,
  foreignKey,
  index,
  integer,
  numeric,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} = require("drizzle-orm/sqlite-core");
const { generateSQLiteDrizzleJson, generateSQLiteMigration } = require("drizzle-kit/api");
const Database = require("better-sqlite3");

const people = sqliteTable(
  "people",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    name: text("name", { length: 50 }).notNull(),
    born: integer("born", { mode: "timestamp" }),
    joined: integer("joined", { mode: "timestamp_ms" }).default(sql`(unixepoch() * 1000)`),
    admin: integer("admin", { mode: "boolean" }).default(false),
    kind: text("kind", { enum: ["person", "bot"] }).default("person"),
    bestFriend: integer("best_friend"),
  },
  (t) => [
    foreignKey({ columns: [t.bestFriend], foreignColumns: [t.id], name: "friend_fk" }),
    uniqueIndex("people_name_lower").on(sql`lower(${t.name})`),
  ],
);
const entries = sqliteTable(
  "entries",
  {
    person: integer("person")
      .notNull()
      .references(() => people.id, { onDelete: "cascade", onUpdate: "set null" }),
    day: text("day").notNull().default(sql`(CURRENT_DATE)`),
    words: text("words", { mode: "json" }),
    mood: real("mood"),
    amount: numeric("amount"),
    big: blob("big", { mode: "bigint" }),
    photo: blob("photo", { mode: "buffer" }),
    length: integer("length").generatedAlwaysAs(sql`length("day")`, { mode: "stored" }),
  },
  (t) => [
    primaryKey({ columns: [t.person, t.day] }),
    index("entries_mood").on(t.mood).where(sql`${t.mood} > 0`),
    check("mood_range", sql`${t.mood} between -1 and 1`),
  ],
);

(async () => {
  const file = new Database(process.argv[2]);
  const from = await generateSQLiteDrizzleJson({});
  const to = await generateSQLiteDrizzleJson({ people, entries });
  for (const statement of await generateSQLiteMigration(from, to)) file.exec(statement);
  const db = drizzle(file);
  for (let n = 1; n <= 5; n++)
    db.insert(people)
      .values({
        name: `Person ${n} ☂`,
        born: new Date(Date.UTC(1990 + n, 5, n)),
        joined: new Date(Date.UTC(2024, 0, n, 1, 2, 3, 4)),
        admin: n === 1,
        kind: n === 5 ? "bot" : "person",
        bestFriend: n > 1 ? 1 : null,
      })
      .run();
  for (let n = 1; n <= 12; n++)
    db.insert(entries)
      .values({
        person: (n % 5) + 1,
        day: `2024-01-${String(n).padStart(2, "0")}`,
        words: { n, é: ["a", null] },
        mood: n / 12 - 0.5,
        amount: `${n}.50`,
        big: 2n ** 70n + BigInt(n),
        photo: n === 1 ? null : Buffer.from([0, n, 255]),
      })
      .run();
  file.close();
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
