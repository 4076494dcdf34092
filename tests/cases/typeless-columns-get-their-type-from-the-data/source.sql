CREATE TABLE t(a, b, c, d, e, f);
INSERT INTO t VALUES (1, 1.5, 'x', x'00', NULL, 1), (2, 2.5, 'y', x'01', NULL, 2.5);
CREATE TABLE made AS SELECT a AS n, upper(c) AS up, b + 1 AS plus, d FROM t;
