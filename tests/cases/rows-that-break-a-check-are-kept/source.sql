CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER CHECK (a > 0), b INTEGER CONSTRAINT small CHECK (b < 10));
PRAGMA ignore_check_constraints = ON;
INSERT INTO t(a, b) VALUES (1, 1), (-1, 2), (0, 3), (NULL, 100);
