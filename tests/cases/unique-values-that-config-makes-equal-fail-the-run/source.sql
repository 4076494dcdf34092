-- What config decides is kept: the later of two rows that it makes equal is set aside.
CREATE TABLE t(id INTEGER PRIMARY KEY, day DATETIME UNIQUE, amount TEXT UNIQUE, flag BOOLEAN, who INTEGER, name TEXT UNIQUE, UNIQUE(who, flag));
INSERT INTO t VALUES
  (1, '2024-01-01', '1.5', 1, 1, 'a'), (2, '2024-01-01T00:00:00', '2', 1, 2, 'b'), (3, '2024-01-03', '1.50', 1, 3, 'c'),
  (4, '2024-01-04', '1e1', 1, 4, 'd'), (5, '2024-01-05', '10', 1, 5, 'e'), (6, '2024-01-06', '0', 'yes', 6, 'f'),
  (7, '2024-01-07', '-0.0', 1, 7, 'g'), (8, '2024-01-08', '3', 'true', 1, 'h'), (9, '2024-01-09', '4', 1, 9, 'a' || char(0));
