// A forum as TypeORM makes it. Run: npm install typeorm@1.1.1 reflect-metadata better-sqlite3 && node make.cjs forum.db
require("reflect-metadata");
const { DataSource, EntitySchema, Table, TableColumn } = require("typeorm");

const User = new EntitySchema({
  name: "User",
  tableName: "user",
  columns: {
    id: { type: Number, primary: true, generated: true },
    email: { type: "varchar", length: 120, unique: true },
    displayName: { type: "varchar", nullable: true },
    isActive: { type: Boolean, default: true },
    role: { type: "simple-enum", enum: ["admin", "member"], default: "member" },
    settings: { type: "simple-json", nullable: true },
    tags: { type: "simple-array", nullable: true },
    reputation: { type: "float", default: 0 },
    balance: { type: "decimal", precision: 12, scale: 2, default: 0 },
    createdAt: { type: "datetime", createDate: true },
    deletedAt: { type: "datetime", deleteDate: true, nullable: true },
    version: { type: Number, version: true },
  },
  relations: { groups: { type: "many-to-many", target: "Group", joinTable: true } },
});
const Group = new EntitySchema({
  name: "Group",
  tableName: "group",
  columns: { id: { type: "varchar", primary: true, generated: "uuid" }, name: { type: "varchar" } },
});
const Post = new EntitySchema({
  name: "Post",
  columns: {
    id: { type: "integer", primary: true, generated: "increment" },
    title: { type: "varchar" },
    body: { type: "text" },
    score: { type: "bigint", default: "0" },
    day: { type: "date", nullable: true },
    hour: { type: "time", nullable: true },
    attachment: { type: "blob", nullable: true },
  },
  relations: {
    author: { type: "many-to-one", target: "User", onDelete: "CASCADE", nullable: false },
    parent: { type: "many-to-one", target: "Post", inverseSide: "replies", nullable: true },
    replies: { type: "one-to-many", target: "Post", inverseSide: "parent" },
  },
  indices: [
    { name: "IDX_post_title_day", columns: ["title", "day"] },
    { name: "IDX_post_open", columns: ["title"], where: "parentId IS NULL" },
  ],
  checks: [{ name: "CHK_post_title", expression: `"title" <> ''` }],
});

class AddNickname {
  name = "AddNickname1700000000000";
  async up(runner) {
    await runner.addColumn("user", new TableColumn({ name: "nick name", type: "varchar", isNullable: true }));
    await runner.createTable(
      new Table({
        name: "audit_log",
        columns: [
          { name: "id", type: "integer", isPrimary: true },
          { name: "what", type: "text" },
        ],
      }),
    );
  }
  async down() {}
}

(async () => {
  const source = new DataSource({
    type: "better-sqlite3",
    database: process.argv[2],
    entities: [User, Group, Post],
    migrations: [AddNickname],
  });
  await source.initialize();
  await source.synchronize();
  await source.runMigrations();
  const [users, groups, posts] = ["User", "Group", "Post"].map((name) => source.getRepository(name));
  const staff = await groups.save({ id: "00000000-0000-4000-8000-00000000002a", name: "staff" });
  const made = [];
  for (let n = 1; n <= 4; n++)
    made.push(
      await users.save({
        email: `user${n}@example.org`,
        displayName: n === 2 ? null : `Üser ${n} 👋`,
        isActive: n !== 3,
        role: n === 1 ? "admin" : "member",
        settings: { n, theme: "dark", list: [1, null] },
        tags: ["a", `b${n}`],
        reputation: n / 3,
        balance: `${n}99.95`,
        groups: n < 3 ? [staff] : [],
      }),
    );
  let parent = null;
  for (let n = 1; n <= 9; n++)
    parent = await posts.save({
      title: `Post ${n}`,
      body: "text ".repeat(n),
      score: String(2n ** 53n + BigInt(n)),
      day: `2024-03-0${n}`,
      hour: "12:30:00",
      attachment: n === 1 ? Buffer.from([0, 1, 255]) : null,
      author: made[n % 4],
      parent: n % 3 === 0 ? parent : null,
    });
  await source.query(`UPDATE "user" SET "createdAt" = '2024-01-01 10:00:00'`);
  await source.query(`UPDATE migrations SET timestamp = 1700000000000`);
  await source.destroy();
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
