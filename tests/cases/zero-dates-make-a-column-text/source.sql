-- Most values are times, a few are what MySQL and CSV files put in place of NULL.
CREATE TABLE orders(id INTEGER PRIMARY KEY, shipped_at DATETIME, day DATE, qty INTEGER, price DECIMAL(8,2), note DATETIME, stamp TIMESTAMP, net DATETIME, seen DATETIME, weight INTEGER);
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO orders SELECT i, datetime(1700000000 + i * 86400, 'unixepoch'), date(1700000000 + i * 86400, 'unixepoch'), i, i / 4.0,
  'text ' || i, datetime(1700000000 + i, 'unixepoch') || '.123456789', datetime(1700000000 + i, 'unixepoch') || '.5', 1700000000 + i * 1000, i FROM n;
UPDATE orders SET shipped_at = '' WHERE id IN (2, 3, 4);
UPDATE orders SET shipped_at = '0000-00-00 00:00:00' WHERE id IN (5, 6);
UPDATE orders SET day = '0000-00-00' WHERE id = 7;
UPDATE orders SET qty = '' WHERE id IN (8, 9);
UPDATE orders SET price = 'n/a' WHERE id = 10;
UPDATE orders SET note = '2024-01-01' WHERE id = 11;
UPDATE orders SET net = '2024-01-01 00:00:00.1234567' WHERE id = 12;
UPDATE orders SET seen = 0 WHERE id IN (13, 14);
UPDATE orders SET weight = 1.5 WHERE id = 15;
