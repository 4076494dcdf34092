CREATE TABLE t(id INTEGER PRIMARY KEY, num BOOLEAN, word BOOL, yes BOOLEAN, tiny TINYINT(1), real BOOLEAN, digit BOOLEAN);
INSERT INTO t VALUES (1, 1, 'true', 'yes', 1, 1.0, '1'), (2, 0, 'FALSE', 'No', 0, 0.0, '0'), (3, NULL, 't', 'ON', NULL, NULL, NULL), (4, NULL, 'F', 'off', NULL, NULL, NULL);
