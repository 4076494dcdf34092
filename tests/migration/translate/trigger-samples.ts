/** Triggers as applications have them, with statements that both databases run, and what is asked afterwards. */
export interface TriggerSample {
  name: string;
  schema: string;
  statements: string[];
  ask: string[];
}

export const movedTriggers: TriggerSample[] = [
  {
    name: "touch the time of the last change",
    schema: `CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT, updated_at DATETIME);
      INSERT INTO notes VALUES (1, 'a', '2001-01-01 00:00:00'), (2, 'b', '2001-01-01 00:00:00');
      CREATE TRIGGER touch AFTER UPDATE ON notes FOR EACH ROW BEGIN UPDATE notes SET updated_at = CURRENT_TIMESTAMP WHERE id = OLD.id; END;`,
    statements: ["UPDATE notes SET body = 'c' WHERE id = 1", "UPDATE notes SET body = body || 'x' WHERE id > 5"],
    ask: ["SELECT id, body, updated_at > '2020-01-01' FROM notes ORDER BY id"],
  },
  {
    name: "an audit log",
    schema: `CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, admin BOOLEAN);
      CREATE TABLE log(id INTEGER PRIMARY KEY AUTOINCREMENT, action TEXT, user_id INT, before TEXT, after TEXT, admin BOOLEAN);
      INSERT INTO users VALUES (1, 'ada', 1), (2, 'bob', 0), (3, 'it''s', NULL);
      CREATE TRIGGER users_ai AFTER INSERT ON users BEGIN INSERT INTO log(action, user_id, after, admin) VALUES ('insert', NEW.id, NEW.name, NEW.admin); END;
      CREATE TRIGGER users_au AFTER UPDATE OF name ON users WHEN OLD.name IS NOT NEW.name BEGIN
        INSERT INTO log(action, user_id, before, after) SELECT 'update', NEW.id, OLD.name, NEW.name; END;
      CREATE TRIGGER users_ad AFTER DELETE ON users BEGIN INSERT INTO log VALUES (NULL, 'delete', OLD.rowid, OLD.name, NULL, OLD.admin); END;`,
    statements: [
      "INSERT INTO users VALUES (4, 'dan', NULL)",
      "UPDATE users SET name = upper(name) WHERE id < 3",
      "UPDATE users SET name = name",
      "UPDATE users SET admin = NULL",
      "DELETE FROM users WHERE id = 3",
      "DELETE FROM users WHERE id = 1",
    ],
    ask: [
      "SELECT id, action, user_id, before, after, admin FROM log ORDER BY id",
      "SELECT id, name FROM users ORDER BY id",
    ],
  },
  {
    name: "counters",
    schema: `CREATE TABLE forums(id INTEGER PRIMARY KEY, posts INTEGER NOT NULL DEFAULT 0, newest INTEGER);
      CREATE TABLE posts(id INTEGER PRIMARY KEY, forum INTEGER, size INTEGER);
      INSERT INTO forums VALUES (1, 1, 1), (2, 0, NULL); INSERT INTO posts VALUES (1, 1, 10);
      CREATE TRIGGER up AFTER INSERT ON posts BEGIN UPDATE forums SET posts = posts + 1, newest = NEW.id WHERE id = NEW.forum; END;
      CREATE TRIGGER down AFTER DELETE ON posts BEGIN UPDATE forums SET posts = posts - 1 WHERE id = OLD.forum; END;
      CREATE TRIGGER moved AFTER UPDATE OF forum ON posts WHEN OLD.forum <> NEW.forum BEGIN
        UPDATE forums SET posts = posts - 1 WHERE id = OLD.forum; UPDATE forums SET posts = posts + 1 WHERE id = NEW.forum; END;`,
    statements: [
      "INSERT INTO posts VALUES (2, 1, 5), (3, 2, 6), (4, 2, 7)",
      "UPDATE posts SET forum = 1 WHERE id = 3",
      "UPDATE posts SET size = 0",
      "DELETE FROM posts WHERE forum = 2",
    ],
    ask: ["SELECT id, posts, newest FROM forums ORDER BY id"],
  },
  {
    name: "balances in decimals",
    schema: `CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance DECIMAL(12,2) NOT NULL DEFAULT 0, spent NUMERIC(12,4));
      CREATE TABLE bookings(id INTEGER PRIMARY KEY, account INTEGER, amount DECIMAL(12,2), n INTEGER, fee NUMERIC(12,4));
      INSERT INTO accounts VALUES (1, 10.5, 0.25), (2, 0, NULL); INSERT INTO bookings VALUES (1, 1, 10.5, 1, 0.125);
      CREATE TRIGGER booked AFTER INSERT ON bookings BEGIN
        UPDATE accounts SET balance = balance + NEW.amount * NEW.n, spent = coalesce(spent, 0) - coalesce(NEW.fee, NEW.amount) WHERE id = NEW.account; END;
      CREATE TRIGGER cancelled AFTER DELETE ON bookings BEGIN UPDATE accounts SET balance = balance - OLD.amount * OLD.n WHERE id = OLD.account; END;
      CREATE TRIGGER guard BEFORE UPDATE OF balance ON accounts WHEN NEW.balance - OLD.balance < -100 BEGIN SELECT RAISE(ABORT, 'too much at once'); END;`,
    statements: [
      "INSERT INTO bookings VALUES (2, 1, 0.1, 1, 0.125), (3, 1, 0.2, 1, NULL), (4, 2, 19.99, 3, 0.0625)",
      "INSERT INTO bookings VALUES (5, 2, -60.05, 2, NULL)",
      "DELETE FROM bookings WHERE id = 1",
    ],
    ask: [
      "SELECT id, CAST(round(balance * 100) AS INTEGER), CAST(round(spent * 10000) AS INTEGER), balance = 59.97 FROM accounts ORDER BY id",
    ],
  },
  {
    name: "totals that are computed again",
    schema: `CREATE TABLE orders(id INTEGER PRIMARY KEY, total INTEGER);
      CREATE TABLE lines(order_id INTEGER, cents INTEGER, n INTEGER);
      INSERT INTO orders VALUES (1, 5), (2, 0); INSERT INTO lines VALUES (1, 5, 1);
      CREATE TRIGGER lines_ai AFTER INSERT ON lines BEGIN
        UPDATE orders SET total = (SELECT COALESCE(SUM(cents * n), 0) FROM lines WHERE order_id = NEW.order_id) WHERE id = NEW.order_id; END;
      CREATE TRIGGER lines_ad AFTER DELETE ON lines BEGIN
        UPDATE orders SET total = (SELECT COALESCE(SUM(cents * n), 0) FROM lines WHERE order_id = OLD.order_id) WHERE orders.id = OLD.order_id; END;`,
    statements: ["INSERT INTO lines VALUES (1, 10, 2), (2, 7, 3), (1, 1, 1)", "DELETE FROM lines WHERE cents = 10"],
    ask: ["SELECT id, total FROM orders ORDER BY id"],
  },
  {
    name: "guards that refuse",
    schema: `CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER, name TEXT);
      CREATE TABLE frozen(account INTEGER);
      INSERT INTO accounts VALUES (1, 10, 'a'), (2, 5, 'b'); INSERT INTO frozen VALUES (2);
      CREATE TRIGGER positive BEFORE UPDATE OF balance ON accounts WHEN NEW.balance < 0 BEGIN SELECT RAISE(ABORT, 'it''s too little'); END;
      CREATE TRIGGER not_frozen BEFORE UPDATE ON accounts BEGIN
        SELECT RAISE(FAIL, 'frozen') FROM frozen WHERE account = OLD.id; END;
      CREATE TRIGGER named BEFORE INSERT ON accounts BEGIN
        SELECT CASE WHEN NEW.name IS NULL THEN RAISE(ABORT, 'no name') WHEN length(NEW.name) > 3 THEN RAISE(ROLLBACK, 'long name') END; END;
      CREATE TRIGGER kept BEFORE DELETE ON accounts BEGIN
        SELECT RAISE(ABORT, 'has money') WHERE OLD.balance > 0 AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.id); END;`,
    statements: [
      "UPDATE accounts SET balance = balance - 20 WHERE id = 1",
      "UPDATE accounts SET balance = balance - 4 WHERE id = 1",
      "UPDATE accounts SET name = 'x' WHERE id = 2",
      "INSERT INTO accounts VALUES (3, 0, NULL)",
      "INSERT INTO accounts VALUES (3, 0, 'long')",
      "INSERT INTO accounts VALUES (3, 0, 'c')",
      "DELETE FROM accounts WHERE id = 1",
      "DELETE FROM accounts WHERE id = 3",
    ],
    ask: ["SELECT id, balance, name FROM accounts ORDER BY id"],
  },
  {
    name: "cascades by hand",
    schema: `CREATE TABLE parents(id INTEGER PRIMARY KEY, code TEXT UNIQUE NOT NULL); CREATE TABLE children(id INTEGER PRIMARY KEY, parent INTEGER, code TEXT);
      INSERT INTO parents VALUES (1, 'x'), (2, 'y'); INSERT INTO children VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 2, 'y');
      CREATE TRIGGER gone AFTER DELETE ON parents BEGIN DELETE FROM children WHERE parent = OLD.id; END;
      CREATE TRIGGER renamed AFTER UPDATE OF code ON parents BEGIN UPDATE children SET code = NEW.code WHERE parent = NEW.id; END;`,
    statements: ["UPDATE parents SET code = code || '!' WHERE id = 2", "DELETE FROM parents WHERE id = 1"],
    ask: ["SELECT id, parent, code FROM children ORDER BY id"],
  },
  {
    name: "instead of writing to a view",
    schema: `CREATE TABLE people(id INTEGER PRIMARY KEY, first TEXT, last TEXT); INSERT INTO people VALUES (1, 'Ada', 'Lovelace');
      CREATE VIEW names AS SELECT id, first || ' ' || last AS name, last FROM people;
      CREATE TRIGGER names_insert INSTEAD OF INSERT ON names BEGIN INSERT INTO people(first, last) VALUES (NEW.name, NEW.last); END;
      CREATE TRIGGER names_update INSTEAD OF UPDATE ON names BEGIN UPDATE people SET last = NEW.last WHERE id = OLD.id; END;
      CREATE TRIGGER names_delete INSTEAD OF DELETE ON names BEGIN DELETE FROM people WHERE id = OLD.id; END;`,
    statements: [
      "INSERT INTO names(name, last) VALUES ('Grace', 'Hopper')",
      "UPDATE names SET last = 'King' WHERE id = 1",
      "INSERT INTO names(name, last) VALUES ('X', 'Y')",
      "DELETE FROM names WHERE last = 'Y'",
    ],
    ask: ["SELECT id, first, last FROM people ORDER BY id"],
  },
  {
    name: "statistics by ON CONFLICT",
    schema: `CREATE TABLE hits(id INTEGER PRIMARY KEY, page TEXT); CREATE TABLE pages(page TEXT PRIMARY KEY, n INTEGER NOT NULL); CREATE TABLE seen(page TEXT PRIMARY KEY);
      INSERT INTO pages VALUES ('/', 1);
      CREATE TRIGGER count_hit AFTER INSERT ON hits BEGIN
        INSERT INTO pages VALUES (NEW.page, 1) ON CONFLICT(page) DO UPDATE SET n = n + excluded.n;
        INSERT OR IGNORE INTO seen(page) VALUES (NEW.page); END;`,
    statements: ["INSERT INTO hits(page) VALUES ('/'), ('/a'), ('/'), ('/a')"],
    ask: ["SELECT page, n FROM pages ORDER BY page", "SELECT page FROM seen ORDER BY page"],
  },
  {
    name: "two tables that keep each other in step",
    schema: `CREATE TABLE a(id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE b(id INTEGER PRIMARY KEY, n INTEGER);
      INSERT INTO a VALUES (1, 0); INSERT INTO b VALUES (1, 0);
      CREATE TRIGGER a_to_b AFTER UPDATE ON a BEGIN UPDATE b SET n = n + 1 WHERE id = NEW.id; END;
      CREATE TRIGGER b_to_a AFTER UPDATE ON b BEGIN UPDATE a SET n = n + 10 WHERE id = NEW.id; END;`,
    statements: ["UPDATE a SET n = 100", "UPDATE b SET n = 7", "UPDATE a SET n = n"],
    ask: ["SELECT n FROM a", "SELECT n FROM b"],
  },
  {
    name: "names with quotes, and another trigger on a table that is touched",
    schema: `CREATE TABLE "Order Details"("Row ID" INTEGER PRIMARY KEY, "select" TEXT, changed INTEGER NOT NULL DEFAULT 0); CREATE TABLE t2(n INTEGER);
      INSERT INTO "Order Details" VALUES (1, 'x', 0);
      CREATE TRIGGER "on ""details""" AFTER UPDATE OF "select" ON "Order Details" BEGIN UPDATE "Order Details" SET changed = changed + 1 WHERE "Row ID" = NEW."Row ID"; END;
      CREATE TRIGGER changes AFTER UPDATE OF changed ON "Order Details" BEGIN INSERT INTO t2 VALUES (NEW.changed); END;`,
    statements: [`UPDATE "Order Details" SET "select" = 'y'`, `UPDATE "Order Details" SET "select" = 'z'`],
    ask: [`SELECT "select", changed FROM "Order Details"`, "SELECT n FROM t2 ORDER BY n"],
  },
];

const base =
  "CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, r REAL); CREATE TABLE log(x INTEGER, s TEXT); CREATE VIRTUAL TABLE search USING fts5(b); CREATE TABLE names(n TEXT); CREATE TABLE words(w STRING); CREATE TABLE sums(d DECIMAL(10,2)); CREATE TABLE times(at DATETIME); CREATE TABLE lasts(at DATETIME); CREATE TABLE years(y INTEGER, at DATETIME);";

export const stayingTriggers: [name: string, sql: string, reason: RegExp][] = [
  [
    "null_for_one_sum",
    "CREATE TRIGGER null_for_one_sum AFTER INSERT ON t BEGIN UPDATE sums SET d = nullif(d * 2, 0); END",
    /it writes a number/,
  ],
  [
    "null_for_one_time",
    "CREATE TRIGGER null_for_one_time AFTER INSERT ON t BEGIN UPDATE times SET at = nullif(datetime('now'), '2024-01-01 00:00:00'); END",
    /it writes a text/,
  ],
  [
    "the_last_time",
    "CREATE TRIGGER the_last_time AFTER INSERT ON t BEGIN UPDATE lasts SET at = (SELECT max(datetime(at)) FROM lasts); END",
    /it writes a text/,
  ],
  [
    "the_last_year",
    "CREATE TRIGGER the_last_year AFTER INSERT ON t BEGIN UPDATE years SET y = (SELECT max(strftime('%Y', at)) FROM years); END",
    /it writes a text/,
  ],
  [
    "fts_insert",
    "CREATE TRIGGER fts_insert AFTER INSERT ON t BEGIN INSERT INTO search(rowid, b) VALUES (new.id, new.b); END",
    /it writes to the virtual table search, which stays behind/,
  ],
  [
    "ignored",
    "CREATE TRIGGER ignored BEFORE INSERT ON t WHEN new.a < 0 BEGIN SELECT RAISE(IGNORE); END",
    /RAISE\(IGNORE\)/,
  ],
  [
    "before_own",
    "CREATE TRIGGER before_own BEFORE UPDATE ON t BEGIN UPDATE t SET a = 1 WHERE id = new.id; END",
    /changes its own table before/,
  ],
  [
    "replaces",
    "CREATE TRIGGER replaces AFTER INSERT ON t BEGIN INSERT OR REPLACE INTO log VALUES (new.a, 'x'); END",
    /OR REPLACE/,
  ],
  [
    "other_rows",
    "CREATE TRIGGER other_rows AFTER INSERT ON t BEGIN UPDATE t SET a = a + 1 WHERE a >= new.a AND id <> new.id; END",
    /changes other rows of its own table/,
  ],
  [
    "no_key_yet",
    "CREATE TRIGGER no_key_yet BEFORE INSERT ON t BEGIN INSERT INTO log VALUES (new.id, 'x'); END",
    /NEW\.id before the row is inserted/,
  ],
  [
    "last_row",
    "CREATE TRIGGER last_row AFTER INSERT ON t BEGIN INSERT INTO log VALUES (last_insert_rowid(), 'x'); END",
    /last_insert_rowid\(\)/,
  ],
  [
    "sum_of_reals",
    "CREATE TRIGGER sum_of_reals AFTER DELETE ON log BEGIN UPDATE t SET r = (SELECT sum(r) FROM t) WHERE id = old.x; END",
    /sum\(\) of reals/,
  ],
  [
    "limit_count",
    "CREATE TRIGGER limit_count AFTER INSERT ON t BEGIN SELECT RAISE(ABORT, 'full') WHERE (SELECT count(*) FROM t) > 3; END",
    /it asks its own table/,
  ],
  [
    "b_first",
    "CREATE TRIGGER b_first AFTER UPDATE ON log BEGIN INSERT INTO t(a) VALUES (1); END",
    /its order with c_second matters/,
  ],
  [
    "c_second",
    "CREATE TRIGGER c_second AFTER UPDATE ON log BEGIN INSERT INTO t(a) VALUES (2); END",
    /its order with b_first matters/,
  ],
  [
    "wrong_kind",
    "CREATE TRIGGER wrong_kind AFTER INSERT ON log BEGIN UPDATE t SET a = new.s WHERE id = new.x; END",
    /it writes a text into a, which is bigint/,
  ],
  [
    "digits_become_numbers",
    "CREATE TRIGGER digits_become_numbers AFTER DELETE ON names BEGIN INSERT INTO words VALUES (old.n); END",
    /it writes a text into w, which is text/,
  ],
];

export const stayingSchema = `${base}\nINSERT INTO t VALUES (1, 2, 'x', 0.5); INSERT INTO log VALUES (1, 's'); INSERT INTO words VALUES ('x'); INSERT INTO sums VALUES (1.25); INSERT INTO times VALUES ('2024-01-01 00:00:00'); INSERT INTO lasts SELECT at FROM times; INSERT INTO years SELECT 1, at FROM times;\n${stayingTriggers.map(([, sql]) => `${sql};`).join("\n")}`;
