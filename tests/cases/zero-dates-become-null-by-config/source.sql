CREATE TABLE orders(id INTEGER PRIMARY KEY, shipped_at DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', day DATE, qty INTEGER DEFAULT 1, parent_id INTEGER DEFAULT '0' REFERENCES orders(id), at DATETIME, flag TEXT UNIQUE);
INSERT INTO orders VALUES
  (1, '2024-01-01 10:00:00', '2024-01-01', 1, 0, 1704103200, 'a'), (2, '', '0000-00-00', '', 1, 0, 'b'), (3, '0000-00-00 00:00:00', '2024-01-03', 3, 2, 1704189600, ''),
  (4, '1970-01-01 00:00:00', NULL, '0', 0, -1, NULL), (5, 'soon', '2024-01-05', 5, 4, 1704362400, 'e');
CREATE VIEW shipped AS SELECT id, shipped_at, qty FROM orders WHERE shipped_at IS NOT NULL;
CREATE INDEX orders_shipped ON orders(shipped_at);
