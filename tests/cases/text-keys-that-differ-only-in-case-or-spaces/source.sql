CREATE TABLE t(k TEXT PRIMARY KEY, v INTEGER); CREATE TABLE c(k TEXT COLLATE NOCASE REFERENCES t(k));
INSERT INTO t VALUES ('a', 1), ('A', 2), ('a ', 3), ('', 4), ('é', 5), ('e' || char(769), 6);
INSERT INTO c VALUES ('a'), ('A'), (NULL);
