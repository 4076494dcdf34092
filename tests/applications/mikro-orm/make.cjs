// A zoo as MikroORM makes it. Run: npm install @mikro-orm/core@6.6.16 @mikro-orm/better-sqlite@6.6.16 && node make.cjs zoo.db
const { EntitySchema, MikroORM } = require("@mikro-orm/better-sqlite");

const Keeper = new EntitySchema({
  name: "Keeper",
  properties: {
    id: { type: "number", primary: true },
    name: { type: "string", length: 40, unique: true },
    since: { type: "date" },
    animals: { kind: "m:n", entity: "Animal", owner: true },
  },
});
const Animal = new EntitySchema({
  name: "Animal",
  properties: {
    id: { type: "uuid", primary: true },
    name: { type: "string" },
    legs: { type: "smallint", default: 4, check: "legs >= 0" },
    weight: { type: "double", nullable: true },
    price: { type: "decimal", precision: 10, scale: 2 },
    born: { type: "datetime", length: 3 },
    fedAt: { type: "time", nullable: true },
    asleep: { type: "boolean", default: false },
    facts: { type: "json", nullable: true },
    photo: { type: "blob", nullable: true },
    chip: { type: "bigint" },
    kind: { enum: true, items: ["cat", "bird"], type: "string" },
    mother: { kind: "m:1", entity: "Animal", nullable: true, deleteRule: "set null" },
    label: { type: "string", generated: "(name || ' ' || legs) stored", nullable: true },
  },
  indexes: [{ properties: ["kind", "born"] }],
});

(async () => {
  const orm = await MikroORM.init({
    dbName: process.argv[2],
    entities: [Keeper, Animal],
    discovery: { warnWhenNoEntities: false },
  });
  await orm.schema.createSchema();
  const em = orm.em.fork();
  const animals = [];
  for (let n = 1; n <= 7; n++)
    animals.push(
      em.create("Animal", {
        id: `00000000-0000-4000-8000-00000000000${n}`,
        name: `Animal ${n} 🦜`,
        legs: n % 2 ? 4 : 2,
        weight: n === 3 ? null : n / 3,
        price: `${n}00.10`,
        born: new Date(Date.UTC(2020, n, 1, 2, 3, 4, 5)),
        fedAt: "07:30:00",
        asleep: n === 2,
        facts: { n, é: [null] },
        photo: Buffer.from([n, 0]),
        chip: String(2n ** 60n + BigInt(n)),
        kind: n % 2 ? "cat" : "bird",
        mother: n > 2 ? animals[n - 3] : null,
      }),
    );
  for (let n = 1; n <= 2; n++)
    em.create("Keeper", { name: `Keeper ${n}`, since: "2019-05-01", animals: animals.slice(n) });
  await em.flush();
  await orm.close();
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
