-- Texts that SQLite tells apart, and a time or a boolean does not.
CREATE TABLE u(id INTEGER PRIMARY KEY, d DATETIME);
INSERT INTO u VALUES (1, '2024-01-01 00:00:00'), (2, '2024-01-01T00:00:00'), (3, '2024-01-02 00:00');
CREATE UNIQUE INDEX ud ON u(d);
CREATE TABLE day(at TIMESTAMP PRIMARY KEY, n INTEGER);
INSERT INTO day VALUES ('2024-01-01', 1), ('2024-01-01 00:00:00', 2), ('2024-01-01 00:00:00.000', 3);
CREATE TABLE zone(at TIMESTAMP, place TEXT, UNIQUE(place, at));
INSERT INTO zone VALUES ('2024-01-01T12:00:00Z', 'a'), ('2024-01-01T13:00:00+01:00', 'a'), ('2024-01-01T13:00:00+01:00', 'b');
CREATE TABLE answer(who INTEGER, said BOOLEAN, UNIQUE(who, said));
INSERT INTO answer VALUES (1, 1), (1, 'yes'), (1, 0), (2, 1);
-- Written in several ways, and no two the same: times all the same.
CREATE TABLE fine(at DATETIME UNIQUE);
INSERT INTO fine VALUES ('2024-01-01'), ('2024-01-01T00:00:01'), ('2024-01-02 00:00:00.5');
-- A key that refers to such a column follows it.
CREATE TABLE child(id INTEGER PRIMARY KEY, day_at TIMESTAMP REFERENCES day(at));
INSERT INTO child VALUES (1, '2024-01-01'), (2, '2024-01-01 00:00:00.000');
