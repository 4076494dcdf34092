-- A row without a parent takes its children with it, also along a chain within one table and around a circle; so does a row that does not fit.
CREATE TABLE node(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES node(id), name TEXT);
INSERT INTO node VALUES (1, 3, 'c'), (2, 99, 'orphan'), (3, 2, 'b'), (4, NULL, 'root'), (5, 4, 'child');
CREATE TABLE tag(node INTEGER REFERENCES node(id), word TEXT);
INSERT INTO tag VALUES (1, 'gone'), (4, 'stays'), (NULL, 'stays'), (6, 'gone');
CREATE TABLE a(id INTEGER PRIMARY KEY, b INTEGER REFERENCES b(id), note TEXT);
CREATE TABLE b(id INTEGER PRIMARY KEY, a INTEGER REFERENCES a(id));
INSERT INTO a VALUES (1, 1, CAST(x'6100' AS TEXT)), (2, 2, 'fine'); INSERT INTO b VALUES (1, 1), (2, 2);
