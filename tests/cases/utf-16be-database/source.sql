PRAGMA encoding = 'UTF-16be';
CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, b BLOB, n VARCHAR(3) UNIQUE);
INSERT INTO t VALUES (1, 'ü☃😀', 'ä', 'äöü'), (2, '', x'00ff', '😀'), (3, char(65533) || char(65279), NULL, NULL);
