-- Rows that the target refuses are the parents of others in the same table, and of others in a circle.
CREATE TABLE node(id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES node(id));
INSERT INTO node VALUES (1, 'root', NULL), (2, 'double', 1), (3, 'double', 2), (4, 'child of a row set aside', 3), (5, 'its child', 4), (6, 'fine', 2);
CREATE TABLE a(id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b(id), n INTEGER);
CREATE TABLE b(id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a(id), n INTEGER);
INSERT INTO a VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, NULL, 1);
INSERT INTO b VALUES (1, 2, 1), (2, 1, -1), (3, 3, 1), (4, 4, 1);
