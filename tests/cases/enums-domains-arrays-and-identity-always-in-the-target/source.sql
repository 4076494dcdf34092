CREATE TABLE t(id INTEGER PRIMARY KEY, mood TEXT, mail TEXT, tags TEXT, ip TEXT, note TEXT);
INSERT INTO t VALUES (7, 'happy', 'a@example.org', '{a,b}', '192.0.2.1', 'n'), (8, 'furious', 'a@example.org', '{}', '192.0.2.1', 'n'), (9, 'happy', 'no mail', '{}', '192.0.2.1', 'n'), (10, 'happy', NULL, 'a,b', NULL, NULL), (11, NULL, NULL, NULL, 'nowhere', NULL);
