CREATE TABLE documents(id INTEGER PRIMARY KEY, content JSON);
CREATE TABLE notes(id INTEGER PRIMARY KEY, content BOOL REFERENCES documents(content), n INTEGER, UNIQUE (content, n));
INSERT INTO documents VALUES (1, '{"a":1}');
