CREATE TABLE t(id INTEGER PRIMARY KEY, note TEXT, name VARCHAR(4), raw TEXT, fine TEXT, strict TEXT);
INSERT INTO t VALUES (1, 'plain', 'abcd', 'plain', 'x', 'ok'), (2, CAST(x'610062' AS TEXT), CAST(x'61ff6263' AS TEXT), CAST(x'00ff' AS TEXT), 'y', 'ok'),
  (3, CAST(x'e282' AS TEXT), 'é', NULL, NULL, 'ok'), (4, 'U+FFFD by right: ' || char(65533), NULL, 5, NULL, 'ok'), (5, 'bad elsewhere', CAST(x'00' AS TEXT), NULL, NULL, CAST(x'00' AS TEXT));
