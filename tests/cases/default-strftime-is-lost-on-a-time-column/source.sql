CREATE TABLE t(
  id INTEGER PRIMARY KEY,
  typeorm datetime(3) NOT NULL DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
  iso TIMESTAMP DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  padded DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
  short DATETIME DEFAULT (strftime('%F %T')),
  later DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M:%S', 'now', '+1 day')),
  day DATE DEFAULT (strftime('%Y-%m-%d', 'now')),
  clock TIME DEFAULT (strftime('%H:%M:%S', 'now')),
  kept TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  minute DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M', 'now'))
);
INSERT INTO t VALUES (1, '2024-01-02 03:04:05.678', '2024-01-02T03:04:05.678Z', '2024-01-02T03:04:05.678000Z', '2024-01-02 03:04:05', '2024-01-02 03:04:05', '2024-01-02', '03:04:05', '2024-01-02T03:04:05.678Z', '2024-01-02 03:04');
