-- A calendar keeps DATETIME texts, and its schema compares them.
CREATE TABLE booking(id INTEGER PRIMARY KEY, starts DATETIME NOT NULL, ends DATETIME, made DATETIME,
  CONSTRAINT in_order CHECK (ends > starts), CONSTRAINT recent CHECK (starts >= '2020-01-01'), CONSTRAINT late CHECK (made < starts));
CREATE INDEX booking_open ON booking(starts) WHERE starts < ends;
CREATE VIEW last_booking AS SELECT max(ends) AS until FROM booking WHERE starts < ends;
INSERT INTO booking VALUES (1, '2024-01-31 10:00:00', '2024-01-31 12:00:00', '2024-01-30 12:00:00'), (2, '2024-02-01 10:00:00', NULL, '2024-01-30T09:00:00');
