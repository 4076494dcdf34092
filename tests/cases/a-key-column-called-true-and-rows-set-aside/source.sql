CREATE TABLE parent ("true" TEXT PRIMARY KEY, n INTEGER);
CREATE TABLE child (id INTEGER PRIMARY KEY, "False" TEXT REFERENCES parent ("true"), note TEXT);
INSERT INTO parent VALUES ('a', 1), ('b', 2), ('c' || char(0), 3);
INSERT INTO child VALUES (1, 'a', 'one'), (2, 'b', 'two'), (3, 'a', 'three' || char(0));
