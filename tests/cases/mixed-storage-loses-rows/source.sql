CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL, d, e BLOB);
INSERT INTO t VALUES (1, 1, 'x', 1.5, 1, x'00ff'), (2, 'toto', x'79', 'abc', 'two', 'text'), (3, 12.3, NULL, 2, 3.5, 7), (4, x'00', x'c3bc', NULL, NULL, 2.5);
