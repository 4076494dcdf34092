CREATE TABLE t(id INTEGER PRIMARY KEY, a TIMESTAMP DEFAULT current_timestamp, b TIMESTAMP DEFAULT (datetime('now')), c DATE DEFAULT CURRENT_DATE, d TEXT DEFAULT (datetime('now', 'localtime')), e TEXT DEFAULT (strftime('%Y-%m-%d', 'now')));
INSERT INTO t(id) VALUES (1);
