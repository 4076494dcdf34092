CREATE TABLE t(id INTEGER PRIMARY KEY, j JSON, b JSONB, bad JSON, blob JSON);
INSERT INTO t VALUES (1, '{"a": 1, "a": 2,  "n": 12345678901234567890.10}', '[1e400, "\u0000", "\ud83d\ude00"]', '{"a":1}', '1'), (2, ' 1 ', 'null', '{''a'':1}', x'7b7d'), (3, NULL, '"x"', '', NULL);
