CREATE TABLE o(id INTEGER PRIMARY KEY, placed TEXT, at DATETIME);
INSERT INTO o VALUES
  (1, '2024-03-31 02:30:00.1234567', '2024-03-31 02:30:00.123456'),
  (2, '2024-03-31T02:30:00Z', '2024-02-10 10:00:59.999610'),
  (3, '2024-12-31T23:30:00.123-02:00', '1960-02-10 10:00:59.999699'),
  (4, '2024-01-01 00:10+05:30', NULL),
  (5, '2024-02-10 10:00:59.99961 -00:30', '2024-02-10 10:00:59.999499'),
  (6, '2024-02-30 23:59:59.9999999+00:00', '2024-02-10'),
  (7, '2024-02-10', NULL),
  (8, 'x', NULL);
CREATE VIEW days AS SELECT id, date(placed) AS day, strftime('%Y-%m %S', placed) AS month, datetime(placed) AS second, unixepoch(placed) AS epoch, julianday(placed) AS julian,
  datetime(placed, '+1 day') AS next, unixepoch(at) AS at_epoch, datetime(at, '-1 month') AS at_before FROM o;
CREATE TABLE log(d TEXT);
CREATE TRIGGER noted AFTER INSERT ON o BEGIN INSERT INTO log VALUES (date(NEW.placed)); END;
CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT CHECK (date(k) IS NOT NULL), y INT GENERATED ALWAYS AS (strftime('%Y', k)) VIRTUAL);
INSERT INTO t(k) VALUES ('2024-01-01 10:00:00');
CREATE INDEX of_days ON t(date(k));
