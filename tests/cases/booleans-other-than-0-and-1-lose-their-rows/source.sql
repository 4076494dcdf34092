CREATE TABLE t(id INTEGER PRIMARY KEY, a BOOLEAN, b BOOLEAN, c TINYINT(1), d BOOLEAN);
INSERT INTO t VALUES (1, 1, 'true', 1, x'01'), (2, 2, 'maybe', -1, 1), (3, 0, 'false', 127, 0);
