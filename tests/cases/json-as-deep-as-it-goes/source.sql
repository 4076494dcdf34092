CREATE TABLE t(id INTEGER PRIMARY KEY, j JSON);
INSERT INTO t VALUES (1, replace(hex(zeroblob(500)), '00', '[') || replace(hex(zeroblob(500)), '00', ']')), (2, '{"a":{"b":[1,{"c":null}]}}');
CREATE TABLE d(id INTEGER PRIMARY KEY, j JSON);
INSERT INTO d VALUES (1, replace(hex(zeroblob(20000)), '00', '[') || replace(hex(zeroblob(20000)), '00', ']'));
