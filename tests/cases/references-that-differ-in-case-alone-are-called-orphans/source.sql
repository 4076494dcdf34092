CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE);
CREATE TABLE notes(id INTEGER PRIMARY KEY, author TEXT REFERENCES users(email));
INSERT INTO users VALUES (1, 'Ada@example.org');
INSERT INTO notes VALUES (1, 'ada@example.org'), (2, 'Ada@example.org');
