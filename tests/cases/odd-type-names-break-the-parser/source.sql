CREATE TABLE t(a NUMBER, b, c double precision, d byte[], e timestampz, f "unsigned big int", g "character varying(5)", h INTEGER UNSIGNED, i year, j int(11));
INSERT INTO t VALUES (1.5, 'x', 2, x'00ff', '2024-01-01 10:00:00', 9, 'abc', 3, 2024, 7);
