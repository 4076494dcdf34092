// Bookings as Knex's schema builder makes them, with dates as milliseconds, as its driver writes a Date. Run: npm install knex@3.3.0 better-sqlite3 && node make.cjs bookings.db
const knex = require("knex");

(async () => {
  const db = knex({ client: "better-sqlite3", connection: { filename: process.argv[2] }, useNullAsDefault: true });
  await db.schema.createTable("rooms", (t) => {
    t.increments();
    t.string("name", 40).notNullable().unique();
    t.boolean("open").defaultTo(true);
    t.enu("size", ["s", "m", "l"]).defaultTo("m");
    t.specificType("colour", "varchar(7) collate nocase");
    t.timestamps(true, true);
  });
  await db.schema.createTable("bookings", (t) => {
    t.uuid("id").primary();
    t.integer("room_id").unsigned().references("rooms.id").onDelete("CASCADE");
    t.datetime("starts").notNullable();
    t.timestamp("ends", { useTz: true });
    t.date("day");
    t.time("at");
    t.decimal("price", 8, 2);
    t.float("share");
    t.double("ratio");
    t.bigInteger("ticket");
    t.json("extras");
    t.jsonb("more");
    t.binary("seal");
    t.text("note", "longtext");
    t.index(["room_id", "starts"], "idx_bookings_room");
    t.unique(["ticket", "room_id"]);
  });
  await db.schema.alterTable("bookings", (t) => {
    t.dropColumn("note");
    t.renameColumn("share", "part");
    t.string("guest").defaultTo("unknown guest");
  });
  await db.schema.createView("busy", (view) => {
    view.columns(["name", "bookings"]);
    view.as(db("rooms").join("bookings", "rooms.id", "room_id").groupBy("name").select("name").count("* as n"));
  });
  for (let n = 1; n <= 3; n++)
    await db("rooms").insert({
      name: `Room ${n} ☕`,
      open: n !== 2,
      size: "sml"[n - 1],
      colour: n === 3 ? null : "#00Ff00",
      created_at: "2024-01-01 00:00:00",
      updated_at: "2024-01-01 00:00:00",
    });
  for (let n = 1; n <= 10; n++)
    await db("bookings").insert({
      id: `00000000-0000-4000-8000-0000000000${n + 10}`,
      room_id: (n % 3) + 1,
      starts: Date.UTC(2024, 0, n, 10),
      ends: Date.UTC(2024, 0, n, 11, 30, 0, 5),
      day: Date.UTC(2024, 0, n),
      at: "10:00",
      price: n * 9.5,
      part: n / 3,
      ratio: n / 7,
      ticket: 1000 + n,
      extras: JSON.stringify({ n, é: [1] }),
      more: JSON.stringify([n]),
      seal: Buffer.from([0, n]),
      guest: n === 1 ? null : `Guest ${n}`,
    });
  await db.destroy();
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
