CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, v TEXT);
INSERT INTO t VALUES (1, x'5c4e', '\\x41'), (2, x'5c2e0a', '\x'), (3, x'0a0d09005c', char(8, 11, 12, 127)), (4, CAST('\x00' AS BLOB), char(0x2028, 0x85, 0xfeff));
