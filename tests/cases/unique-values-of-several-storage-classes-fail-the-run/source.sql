-- 1 and '1' are two values to SQLite, and one text.
CREATE TABLE code(c PRIMARY KEY, n INTEGER);
INSERT INTO code VALUES (1, 1), ('1', 2), ('a', 3), (x'61', 4), (1.5, 5), ('1.5', 6), (NULL, 7), (NULL, 8), ('2', 9);
-- The row that stays is the first that fits: the text with NUL never does.
CREATE TABLE fits(id INTEGER PRIMARY KEY, a UNIQUE, b TEXT);
INSERT INTO fits VALUES (1, 1, 'x' || char(0)), (2, '1', 'y'), (3, x'31', 'z'), (4, 2, NULL);
CREATE TABLE raw(b BLOB UNIQUE);
INSERT INTO raw VALUES ('A'), (x'41'), (x'ff'), (65);
CREATE TABLE kept(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID;
INSERT INTO kept VALUES (1, 'x'), ('1', 'x'), ('1', 'y');
CREATE TABLE child(id INTEGER PRIMARY KEY, code REFERENCES code(c));
INSERT INTO child VALUES (1, 1), (2, '1'), (3, 'a');
-- Too large for a double: the decimals are equal, the values are not.
CREATE TABLE large(n UNIQUE);
INSERT INTO large VALUES (1234567890123456800), (1234567890123456768.0), (0.5);
