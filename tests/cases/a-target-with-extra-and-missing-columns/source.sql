CREATE TABLE t(id INTEGER PRIMARY KEY, "Name" TEXT, gone TEXT, flag INTEGER);
INSERT INTO t VALUES (1, 'x', 'lost?', 1), (2, 'y', NULL, 0);
