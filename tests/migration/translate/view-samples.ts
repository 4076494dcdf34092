/** A small shop, and views over it: those that come over, and those that do not, with the reason. */
export const shop = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, email TEXT COLLATE NOCASE, active BOOLEAN NOT NULL DEFAULT 1, joined DATE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), placed DATETIME, total REAL, paid INTEGER, seen_at TIMESTAMP);
CREATE TABLE items (order_id INTEGER NOT NULL, line INTEGER NOT NULL, product TEXT, quantity INTEGER, price NUMERIC(10,2), PRIMARY KEY (order_id, line)) WITHOUT ROWID;
CREATE TABLE "Order Details" ("Order ID" INTEGER PRIMARY KEY, "select" TEXT, "a.b" TEXT);
CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER, label TEXT);
CREATE TABLE loose (a, b);
CREATE TABLE countries (code TEXT PRIMARY KEY NOT NULL, name TEXT, id INTEGER);
CREATE TABLE settings (id INTEGER PRIMARY KEY, body TEXT, prefs JSON);
CREATE VIRTUAL TABLE notes USING fts5(body);
INSERT INTO customers VALUES (1,'Ada','Paris','ADA@x.org',1,'2020-01-02'),(2,'bob','Berlin','bob@x.org',0,'2021-05-06'),(3,'Čeněk',NULL,NULL,1,NULL),(4,'zoë','Paris','Zoe@x.org',1,'2020-01-02'),(5,'Bob','berlin','BOB@x.org',1,'2022-02-28');
INSERT INTO orders VALUES (1,1,'2024-01-02 03:04:05',10.5,1,1704164645),(2,1,'2024-01-03 00:00:00',0.1,0,1704240000),(3,2,'2024-02-01 12:30:00',0.2,1,1706790600),(4,NULL,'2024-02-02 12:00:00',NULL,NULL,NULL),(5,4,NULL,0.3,1,1706878800);
INSERT INTO items VALUES (1,1,'pen',2,1.25),(1,2,'ink',1,8),(2,1,'pen',3,1.25),(3,1,'paper',10,0.02),(5,1,'pen',NULL,1.5);
INSERT INTO "Order Details" VALUES (1,'x','y'),(2,'x','z');
INSERT INTO tree VALUES (1,NULL,'root'),(2,1,'left'),(3,1,'right'),(4,2,'leaf');
INSERT INTO loose VALUES (1,'1'),('1',1),(2.0,x'00'),(NULL,'x');
INSERT INTO countries VALUES ('FR','France',1),('DE','Germany',2);
INSERT INTO notes VALUES ('hello');
INSERT INTO settings VALUES (1,'{"theme":"dark","tags":["a","b"],"a b":{"c":"é\\n"},"size":10}','["x"]'),(2,'{"theme":null,"tags":[]}',NULL),(3,NULL,'{}');
`;

export const movedViews: [name: string, sql: string][] = [
  ["all columns", "SELECT * FROM customers"],
  ["some columns", "SELECT id, name AS who, city c FROM customers WHERE active"],
  ["names with quotes", `SELECT "Order ID", "select", [a.b] FROM "Order Details"`],
  ["unnamed expressions", "SELECT id+1, upper(name), name || '!' FROM customers"],
  ["columns of the same name", "SELECT c.id, o.id, c.name FROM customers c, orders o WHERE o.customer_id = c.id"],
  ["no table", "SELECT 1 AS one, 'a' AS text, NULL AS none, 1.5 AS half"],
  ["inner join", "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id"],
  [
    "left join",
    "SELECT c.name, o.id, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.paid = 1",
  ],
  ["right join", "SELECT c.name, o.id FROM customers c RIGHT JOIN orders o ON o.customer_id = c.id"],
  ["full join", "SELECT c.name, o.id FROM customers c FULL OUTER JOIN orders o ON o.customer_id = c.id"],
  ["join using", "SELECT * FROM orders JOIN countries USING (id)"],
  ["full join using", "SELECT id, code, total FROM orders FULL JOIN countries USING (id)"],
  ["natural join", "SELECT * FROM tree NATURAL JOIN countries"],
  [
    "comma and left join",
    "SELECT c.id, o.id AS oid2, i.product FROM customers c, orders o LEFT JOIN items i ON i.order_id = o.id AND c.id > 1 WHERE c.id = o.customer_id",
  ],
  [
    "join in parentheses",
    "SELECT c.name, i.product FROM customers c LEFT JOIN (orders o JOIN items i ON i.order_id = o.id) ON o.customer_id = c.id",
  ],
  ["self join", "SELECT a.label, b.label AS parent FROM tree a LEFT JOIN tree b ON b.id = a.parent"],
  ["table star", "SELECT o.*, c.name FROM orders o JOIN customers c ON c.id = o.customer_id"],
  ["rowid is the key", "SELECT rowid, name FROM customers WHERE customers._rowid_ > 1"],
  ["schema before the table", "SELECT main.customers.id FROM main.customers"],
  ["case and in", "SELECT id, CASE WHEN city IN ('Paris','Rome') THEN 'south' ELSE 'north' END AS side FROM customers"],
  ["nulls in order", "SELECT id, city FROM customers ORDER BY city, id DESC"],
  ["descending in order", "SELECT id, city AS x FROM customers ORDER BY x DESC NULLS FIRST, 1"],
  ["names in order without case", "SELECT name FROM customers ORDER BY name COLLATE NOCASE, name"],
  ["limit in order", "SELECT id FROM orders ORDER BY id DESC LIMIT 2 OFFSET 1"],
  ["limit below zero", "SELECT id FROM orders ORDER BY id LIMIT -1"],
  ["distinct", "SELECT DISTINCT city FROM customers"],
  ["distinct in order", "SELECT DISTINCT city FROM customers ORDER BY city DESC"],
  ["union", "SELECT id, name FROM customers UNION SELECT id, label FROM tree"],
  ["union all in order", "SELECT id, name AS n FROM customers UNION ALL SELECT 100, 'x' ORDER BY n, id"],
  ["intersect after union", "SELECT id FROM customers UNION SELECT 9 INTERSECT SELECT id FROM tree"],
  ["except", "SELECT id FROM customers EXCEPT SELECT customer_id FROM orders"],
  ["values", "VALUES (1, 'a'), (2, NULL)"],
  ["nulls first in a union", "SELECT NULL AS a UNION ALL SELECT NULL UNION ALL SELECT 3"],
  [
    "subquery in from",
    "SELECT q.n, q.id + 1 AS next FROM (SELECT name AS n, id FROM customers WHERE active) AS q WHERE q.id > 1",
  ],
  ["subquery without alias", "SELECT n FROM (SELECT name AS n FROM customers)"],
  ["scalar subquery", "SELECT id, (SELECT name FROM customers c WHERE c.id = o.customer_id) AS who FROM orders o"],
  ["exists", "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)"],
  ["not exists", "SELECT name FROM customers c WHERE NOT EXISTS (SELECT * FROM orders WHERE customer_id = c.id)"],
  ["in a query", "SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE city = 'Paris')"],
  [
    "with",
    "WITH paris AS (SELECT id, name FROM customers WHERE city = 'Paris'), p2(k) AS (SELECT id FROM paris) SELECT paris.name FROM paris JOIN p2 ON p2.k = paris.id",
  ],
  [
    "recursive",
    "WITH RECURSIVE path(id, depth, label) AS (SELECT id, 0, label FROM tree WHERE parent IS NULL UNION ALL SELECT t.id, p.depth + 1, p.label || '/' || t.label FROM tree t JOIN path p ON t.parent = p.id) SELECT * FROM path",
  ],
  [
    "recursive numbers",
    "WITH n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT x, x * x AS square FROM n",
  ],
  ["a view on a view", `SELECT who FROM "some columns" WHERE c = 'Paris'`],
  ["a view on a later view", `SELECT x FROM "z later"`],
  ["z later", "SELECT id * 2 AS x FROM tree"],
  [
    "an alias in where",
    "SELECT id, quantity2 FROM (SELECT line AS id, quantity * 2 AS quantity2 FROM items) WHERE quantity2 > 3",
  ],
  ["an alias of the same select", "SELECT id * 2 AS double FROM tree WHERE double > 3 ORDER BY double"],
  ["dates", "SELECT id, joined FROM customers WHERE joined >= '2020-06-01'"],
  ["times as they are", "SELECT id, placed, seen_at FROM orders"],
  ["epoch seconds as numbers", "SELECT id FROM orders WHERE seen_at > 1704200000"],
  ["count of all", "SELECT count(*) FROM customers"],
  [
    "a report",
    "SELECT c.id, c.name, count(o.id) AS orders, sum(o.total) AS total, avg(o.total) AS mean FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id",
  ],
  [
    "a report by a foreign key",
    "SELECT o.customer_id, c.name, max(o.total) AS greatest FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY o.customer_id HAVING count(*) > 0",
  ],
  [
    "a report by a foreign key in where",
    "SELECT o.customer_id, c.name, count(*) AS n FROM orders o, customers c WHERE c.id = o.customer_id GROUP BY 1 ORDER BY n DESC, 2",
  ],
  [
    "group by an alias",
    "SELECT substr(placed, 1, 4) AS y, count(*) AS n FROM (SELECT label AS placed FROM tree) GROUP BY y",
  ],
  [
    "sum of decimals",
    "SELECT product, sum(quantity * price) AS amount, sum(price) AS prices, sum(quantity) AS n FROM (SELECT product, quantity, price * 1.0 AS price FROM items) GROUP BY product",
  ],
  [
    "times in branches",
    "SELECT id, COALESCE(placed, '1970-01-01 00:00:00') AS known, CASE WHEN paid THEN placed ELSE NULL END AS paid_at, COALESCE(placed, 'never') AS shown, iif(id > 1, placed, placed) AS same FROM orders",
  ],
  [
    "times since a date",
    "SELECT id, substr(placed, 1, 7) AS month FROM orders WHERE placed >= '2024-01-03' AND placed > date('2024-01-02')",
  ],
  [
    "decimals multiplied and added",
    "SELECT order_id, line, price * quantity AS amount, price - 1 AS less, -price AS owed, abs(price - 5) AS off, price * quantity > 3.75 AS big FROM items",
  ],
  [
    "decimals divided, whole ones as integers",
    "SELECT order_id, line, price / 3 AS third, price * 10 / 4 AS tenths, 7 / price AS parts, price / (quantity - 1) AS per FROM items",
  ],
  [
    "an average by hand",
    "SELECT product, sum(price * quantity) / sum(quantity) AS average, sum(quantity) / count(*) AS whole, sum(price) / 2 AS half FROM items GROUP BY product",
  ],
  [
    "rounded to decimals",
    "SELECT product, round(avg(price), 2) AS average, round(sum(price * quantity) * 1.19, 2) AS gross, round(100.0 * count(*) / (SELECT count(*) FROM items), 1) AS share FROM items GROUP BY product",
  ],
  [
    "printed with decimals",
    "SELECT order_id, printf('%.2f EUR|%8.1f|%-6.3f|', price, quantity, price / 3.0) AS shown FROM items",
  ],
  [
    "taken out of JSON",
    `SELECT id, json_extract(body, '$.theme') AS theme, body ->> 'theme' AS again, body ->> '$.tags[0]' AS first, json_extract(body, '$.tags[#-1]') AS last, body ->> '$."a b".c' AS deep, prefs ->> 0 AS own FROM settings`,
  ],
  ["lengths of JSON", "SELECT id, json_array_length(body) AS none, json_array_length(prefs) AS n FROM settings"],
  [
    "decimals in branches",
    "SELECT order_id, coalesce(quantity * price, price, 0) AS a, iif(line = 1, price, price / 3) AS b FROM items",
  ],
  [
    "the latest time, and the one before",
    "SELECT id, datetime(placed) > lag(datetime(placed)) OVER (ORDER BY id) AS later, (SELECT max(datetime(o.placed)) FROM orders o) = datetime(placed) AS latest FROM orders WHERE placed IS NOT NULL",
  ],
  [
    "the latest year",
    "SELECT max(strftime('%Y', placed)) AS year, nullif(sum(price) / count(*), 0) AS mean FROM orders, items",
  ],
  ["decimals as text", "SELECT order_id, product || ' ' || price || ' EUR' AS shown FROM items"],
  [
    "parts of a date as numbers",
    "SELECT CAST(strftime('%Y', placed) AS INTEGER) AS year, (strftime('%m', placed) + 2) / 3 AS quarter, count(*) AS n FROM orders GROUP BY 1, 2",
  ],
  [
    "since a time that is computed",
    "SELECT id FROM orders WHERE placed >= datetime('2024-01-31', '+1 day') AND placed < datetime('now')",
  ],
  [
    "sum of conditions",
    "SELECT city, sum(active) AS a, sum(CASE WHEN active THEN 1 ELSE 0 END) AS b, count(DISTINCT name) AS names FROM customers GROUP BY city",
  ],
  [
    "window",
    "SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n, sum(paid) OVER (ORDER BY id) AS running FROM orders",
  ],
  [
    "named window",
    "SELECT id, rank() OVER w AS r, lag(total) OVER w AS before FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id)",
  ],
  ["list of names", "SELECT group_concat(name, ', ') AS names FROM (SELECT name FROM customers ORDER BY id)"],
  [
    "latest order",
    "SELECT c.id, (SELECT max(o.id) FROM orders o WHERE o.customer_id = c.id) AS latest FROM customers c",
  ],
  ["greatest by column", "SELECT max(id) AS m, min(name) AS n FROM customers WHERE id > 100"],
  [
    "months",
    "SELECT strftime('%Y-%m', placed) AS month, count(*) AS n, sum(total) AS total FROM orders GROUP BY strftime('%Y-%m', placed)",
  ],
  [
    "months by an alias",
    "SELECT strftime('%Y', placed) AS year, count(*) AS n FROM orders GROUP BY year HAVING n > 1 ORDER BY year",
  ],
];

export const stayingViews: [name: string, sql: string, reason: RegExp][] = [
  ["on a virtual table", "SELECT body FROM notes", /: it reads the virtual table notes, which stays behind/],
  [
    "on a view that stays",
    `SELECT * FROM "on a virtual table"`,
    /: it reads the view on a virtual table, which stays behind/,
  ],
  ["on the schema", "SELECT name FROM sqlite_master", /: it reads sqlite_master, which only SQLite has/],
  [
    "distinct without case",
    "SELECT DISTINCT email FROM customers",
    /tells rows apart by "email" under the collation NOCASE/,
  ],
  ["limit without order", "SELECT id FROM orders LIMIT 2", /LIMIT without ORDER BY/],
  ["random", "SELECT id, random() FROM orders", /random\(\) gives another value each time/],
  ["any row of a group", "SELECT city, name FROM customers GROUP BY city", /shows name without grouping by it/],
  ["the row of the maximum", "SELECT max(total), id FROM orders", /shows id without grouping by it/],
  ["group without case", "SELECT email, count(*) FROM customers GROUP BY email", /shows email without grouping by it/],
  ["json table", "SELECT value FROM json_each('[1]')", /json_each\(\) as a table/],
  [
    "recursive with a limit",
    "WITH n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n LIMIT 3) SELECT x FROM n",
    /LIMIT of its own/,
  ],
  [
    "a division of who knows what",
    "SELECT total / 2 AS half FROM (SELECT sum(price) AS total FROM items)",
    /divides a number of which is not known whether SQLite holds it as an integer/,
  ],
  ["a number in JSON", "SELECT json_extract(body, '$.size') AS size FROM settings", /10 is no text/],
  ["a list in JSON", "SELECT json_extract(body, '$.tags') AS tags FROM settings", /gives other rows/],
  ["JSON of its own", "SELECT body -> 'theme' AS theme FROM settings", /-> gives JSON as SQLite writes it/],
  ["a path that is computed", "SELECT json_extract(body, '$.' || id) AS x FROM settings", /path that is no literal/],
  [
    "a path of another form",
    "SELECT json_extract(body, 'theme') AS x FROM settings WHERE id > 5",
    /the JSON path "theme"/,
  ],
  ["a real as text", "SELECT total || ' EUR' AS shown FROM orders", /a real is used as text/],
  ["any values together", "SELECT a || b FROM loose", /used as text/],
  ["a missing table", "SELECT * FROM nowhere", /^SQLite itself cannot run it: no such table: main.nowhere/],
  [
    "a missing function",
    "SELECT app_hash(name) FROM customers",
    /^SQLite itself cannot run it: no such function: app_hash/,
  ],
  ["the rowid of a table without a key", "SELECT rowid FROM loose", /rowid of loose, which does not come over/],
];
