CREATE TABLE t(id TEXT PRIMARY KEY, at INTEGER NOT NULL DEFAULT (cast(unixepoch('subsecond') * 1000 as integer)), s TEXT DEFAULT (datetime('subsec')), u TEXT DEFAULT (time('now', 'subsec')),
  v REAL DEFAULT (unixepoch('now', 'subsecond')), d DATETIME DEFAULT (datetime('now', 'SUBSEC')));
INSERT INTO t VALUES ('a', 1, 'x', 'y', 1.5, '2024-01-01 10:00:00.123');
