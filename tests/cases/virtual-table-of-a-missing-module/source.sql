CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'x');
PRAGMA writable_schema = ON;
INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING the_applications_own(a, b)');
PRAGMA writable_schema = OFF;
