CREATE TABLE w(t TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER CHECK (abs(n) >= 0), u TEXT COLLATE RTRIM UNIQUE, g TEXT AS (t || n)) WITHOUT ROWID;
CREATE TABLE refers(w TEXT REFERENCES w(t));
CREATE INDEX by_n ON w(u COLLATE NOCASE, n);
INSERT INTO w(t, n, u) VALUES ('b', 1, 'x'), ('A', 2, 'y'), ('Ä', 3, NULL), ('', 4, 'z '), ('é', -5, '日本');
INSERT INTO refers VALUES ('A'), ('b');
CREATE TRIGGER kept AFTER DELETE ON w BEGIN DELETE FROM refers WHERE abs(old.n) > 0; END;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOCASE', 'the_applications_order'), 'abs(', 'the_applications_function(');
PRAGMA writable_schema = OFF;
