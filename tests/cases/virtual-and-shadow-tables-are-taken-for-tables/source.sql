CREATE TABLE notes(id INTEGER PRIMARY KEY, body);
CREATE VIRTUAL TABLE notes_fts USING fts5(body, content=notes, content_rowid=id);
CREATE VIRTUAL TABLE geo USING rtree(id, a, b);
CREATE TRIGGER notes_ai AFTER INSERT ON notes BEGIN INSERT INTO notes_fts(rowid, body) VALUES (new.id, new.body); END;
INSERT INTO notes VALUES (1, 'hi');
INSERT INTO geo VALUES (1, 2, 3);
