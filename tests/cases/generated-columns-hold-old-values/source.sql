CREATE TABLE line(id INTEGER PRIMARY KEY, qty INTEGER, cents INTEGER, name TEXT, made DATETIME, r REAL,
  total INTEGER GENERATED ALWAYS AS (qty * cents) STORED,
  loud TEXT AS (upper(name) || '!') VIRTUAL,
  day DATE AS (date(made)),
  half REAL AS (r / 2),
  flag BOOLEAN AS (qty > 1),
  odd TEXT AS (printf('%.2f', r)),
  padded TEXT AS (printf('%05d', qty)),
  twice INTEGER AS (total * 2));
INSERT INTO line(qty, cents, name, made, r) VALUES (2, 150, 'ärger', '2024-01-31 10:00:00', 1.5), (NULL, 5, NULL, NULL, NULL), (1, 7, 'x', '2024-02-01 00:00:00', 0.0);
CREATE INDEX totals ON line(total);
CREATE TABLE later(id INTEGER PRIMARY KEY, a INTEGER, g TEXT AS (CASE WHEN a > 1 THEN 'big' ELSE 'small' END) STORED NOT NULL);
