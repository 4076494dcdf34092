-- The driver's SQLite takes a name in double quotes as a column alone; the application's takes it as a text where there is no such column.
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, note TEXT);
INSERT INTO person VALUES (1, 'ann', 'staff', NULL), (2, 'bob', 'guest', 'it''s'), (3, 'kind', 'guest', 'x');
CREATE TABLE other(id INTEGER PRIMARY KEY, label TEXT);
INSERT INTO other VALUES (1, 'name');
CREATE VIEW guests AS SELECT id, "name", 'a' || "it's" AS said FROM person WHERE "kind" = "guest" AND note <> "";
-- "name" is a column of the one, and a text where only the other is read.
CREATE VIEW named AS SELECT p."name", (SELECT count(*) FROM other WHERE label = "name") AS n FROM person p WHERE p.id < 3;
CREATE VIEW labelled AS SELECT id, (SELECT max(label) FROM other o WHERE o.label = "label") AS l, coalesce(note, "none") AS note FROM person;
CREATE VIEW over_guests AS SELECT id, said FROM guests WHERE id > 1;
CREATE VIEW texts AS SELECT id, "label" AS t FROM person WHERE id IN (SELECT id FROM other WHERE "label" = label);
CREATE VIEW broken AS SELECT gone FROM person;
CREATE VIRTUAL TABLE found USING fts5(name);
CREATE VIEW search AS SELECT id FROM person WHERE id IN (SELECT rowid FROM found WHERE found MATCH 'a');
