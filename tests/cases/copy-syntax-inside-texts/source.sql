CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT);
INSERT INTO t VALUES (1, '\N'), (2, '\.'), (3, ''), (4, NULL), (5, 'a' || char(9) || 'b' || char(13, 10) || '\t"c"'), (6, ' x ');
