CREATE TABLE t(a TEXT, b BLOB, c REAL, v TEXT, PRIMARY KEY (b, a DESC, c)) WITHOUT ROWID;
INSERT INTO t VALUES ('x', x'00', 1.5, 'one'), ('y', x'00', 1.5, 'two'), ('x', x'', -0.0, 'three'), ('x', x'ff', 9e999, 'four');
