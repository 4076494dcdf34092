-- All are dates, or whole seconds, until now.
CREATE TABLE visit(id INTEGER PRIMARY KEY, day DATETIME, at DATETIME,
  label TEXT GENERATED ALWAYS AS ('on ' || day) STORED, stamp TEXT GENERATED ALWAYS AS (at || 'Z') STORED);
INSERT INTO visit(id, day, at) VALUES (1, '2024-01-01', '2024-01-01 10:00:00'), (2, '2023-12-31', '2023-12-31 23:59:59'), (3, NULL, NULL);
