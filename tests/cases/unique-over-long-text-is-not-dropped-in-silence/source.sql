CREATE TABLE u(id INTEGER PRIMARY KEY, k TEXT UNIQUE, b BLOB UNIQUE);
CREATE TABLE c(k TEXT REFERENCES u(k));
INSERT INTO u(k, b) SELECT hex(randomblob(4500)), randomblob(9000);
INSERT INTO u(k) VALUES ('short \ with a backslash');
INSERT INTO c VALUES ('short \ with a backslash');
