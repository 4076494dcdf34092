CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO notes VALUES (1, 'a b');
CREATE VIRTUAL TABLE found USING fts4(content='notes', title);
