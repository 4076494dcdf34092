// Invoices as Sequelize makes them. Run: npm install sequelize@6.37.8 sqlite3@6.0.1 && node make.cjs invoices.db
const { DataTypes, Sequelize } = require("sequelize");

(async () => {
  const db = new Sequelize({ dialect: "sqlite", storage: process.argv[2], logging: false });
  const Customer = db.define("Customer", {
    id: { type: DataTypes.UUID, primaryKey: true },
    name: { type: DataTypes.STRING(64), allowNull: false, unique: true },
    vip: { type: DataTypes.BOOLEAN, defaultValue: false },
    birthday: DataTypes.DATEONLY,
    note: DataTypes.TEXT("tiny"),
    prefs: DataTypes.JSON,
  });
  const Invoice = db.define(
    "Invoice",
    {
      number: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      state: { type: DataTypes.ENUM("open", "paid"), defaultValue: "open" },
      total: DataTypes.DECIMAL(10, 2),
      weight: DataTypes.FLOAT,
      exact: DataTypes.DOUBLE,
      count: DataTypes.BIGINT,
      small: DataTypes.SMALLINT.UNSIGNED,
      due: DataTypes.DATE(6),
      at: DataTypes.TIME,
      scan: DataTypes.BLOB("long"),
      code: DataTypes.CHAR(4),
    },
    {
      paranoid: true,
      underscored: true,
      indexes: [
        { fields: ["due", { name: "state", order: "DESC" }] },
        { unique: true, fields: ["code"], where: { state: "open" } },
      ],
    },
  );
  const Item = db.define("Item", { name: DataTypes.STRING, parentId: DataTypes.INTEGER }, { timestamps: false });
  Customer.hasMany(Invoice, { foreignKey: "customer_id", onDelete: "RESTRICT" });
  Invoice.belongsToMany(Item, { through: "InvoiceItems" });
  Item.belongsToMany(Invoice, { through: "InvoiceItems" });
  Item.belongsTo(Item, { as: "parent", foreignKey: "parentId" });
  await db.sync();
  const items = [];
  for (let n = 1; n <= 3; n++) items.push(await Item.create({ name: `Item ${n} ✓`, parentId: n > 1 ? n - 1 : null }));
  for (let n = 1; n <= 3; n++) {
    const customer = await Customer.create({
      id: `00000000-0000-4000-8000-0000000000${n}a`,
      name: `Customer ${n}`,
      vip: n === 2,
      birthday: n === 3 ? null : "1999-12-31",
      note: "it's",
      prefs: { n, é: [true, null] },
    });
    for (let m = 1; m <= 3; m++) {
      const invoice = await Invoice.create({
        customer_id: customer.id,
        state: m === 1 ? "paid" : "open",
        total: `${n * m}.95`,
        weight: n / 3,
        exact: m / 7,
        count: "9007199254740993",
        small: m,
        due: new Date(Date.UTC(2024, m, n, 1, 2, 3, 456)),
        at: "08:00:00",
        scan: Buffer.from([n, 0, m]),
        code: `C${n}${m}`,
      });
      await invoice.addItems(items.slice(0, m));
    }
  }
  await Invoice.destroy({ where: { number: 2 } });
  await db.getQueryInterface().addColumn("Items", "added_later", { type: DataTypes.INTEGER, defaultValue: 5 });
  const moment = "2024-01-01 00:00:00.000 +00:00";
  await db.query(`UPDATE Customers SET createdAt = '${moment}', updatedAt = '${moment}'`);
  await db.query(
    `UPDATE Invoices SET created_at = '${moment}', updated_at = '${moment}', deleted_at = CASE WHEN deleted_at IS NULL THEN NULL ELSE '${moment}' END`,
  );
  await db
    .query(`UPDATE InvoiceItems SET createdAt = '${moment}', updatedAt = '${moment}'`)
    .catch(() => db.query(`UPDATE InvoiceItems SET created_at = '${moment}', updated_at = '${moment}'`));
  await db.close();
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
