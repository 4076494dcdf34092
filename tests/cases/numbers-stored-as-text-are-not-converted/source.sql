CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, zip VARCHAR(5), hex TEXT, sci TEXT);
INSERT INTO t VALUES (1, '007', '01234', '0x1F', '1e5'), (2, ' 7', '99999', '+5', '-0');
