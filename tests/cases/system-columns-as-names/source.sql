CREATE TABLE t(id INTEGER PRIMARY KEY, oid_ INTEGER, xmin TEXT, ctid TEXT, tableoid INTEGER UNIQUE, "Xmax" TEXT, cmin TEXT, cmax TEXT);
CREATE INDEX by_xmin ON t(xmin, ctid);
INSERT INTO t VALUES (1, 2, 'a', 'b', 3, 'c', 'd', 'e');
