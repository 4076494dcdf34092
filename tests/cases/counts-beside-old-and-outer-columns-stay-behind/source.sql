CREATE TABLE lists(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE items(list INT);
CREATE TABLE log(list INT, items INT);
INSERT INTO lists VALUES (1, 'a'), (2, 'b');
INSERT INTO items VALUES (1), (1);
CREATE TRIGGER dropped AFTER DELETE ON lists BEGIN INSERT INTO log SELECT OLD.id, count(*) FROM items WHERE list = OLD.id; END;
CREATE VIEW filled AS SELECT id, (SELECT lists.name || ':' || count(*) FROM items WHERE list = lists.id) AS items FROM lists;
