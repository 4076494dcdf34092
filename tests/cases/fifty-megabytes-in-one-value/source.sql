CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, v TEXT); INSERT INTO t VALUES (1, zeroblob(50000000), replace(hex(zeroblob(12500000)), '00', 'abé'));
