CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);
INSERT INTO t(a, b) VALUES ('x', '1'), ('y', '2');
CREATE UNIQUE INDEX of_some ON t('a') WHERE b IS NOT NULL;
CREATE INDEX beside ON t(('a') DESC, lower(b));
