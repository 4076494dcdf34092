CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, v TEXT);
INSERT INTO t VALUES (1, zeroblob(20000000), 'x'), (2, x'', replace(hex(zeroblob(3000000)), '00', 'ü\'));
